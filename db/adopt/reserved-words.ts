/**
 * What PostgreSQL 15 to 18 do not take for a name of a table, schema or column without quotes
 * (pg_get_keywords(), categories R and T, and C for names that are read as types' or functions').
 * A test holds the list to what the server says.
 */
export const reservedWords: ReadonlySet<string> = new Set(
  `from user order select table`.split(/\s+/),
);
