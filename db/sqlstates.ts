/** SQLSTATE of a statement that ran into statement_timeout: it shows nothing, and is passed on as it is. */
export const queryCanceled = '57014';

/** SQLSTATE of a statement that ran into lock_timeout: it may be tried again. */
export const lockNotAvailable = '55P03';
