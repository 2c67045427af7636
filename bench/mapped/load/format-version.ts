/** Counted up when a reader of an earlier version would misread a later mapped-load.json. */
export const mappedLoadFormatVersion = 1;
