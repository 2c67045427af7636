/** SQLSTATE of a statement that ran into statement_timeout: it shows nothing, and is passed on as it is. */
export const queryCanceled = '57014';
