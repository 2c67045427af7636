/**
 * The one row of a query that has one whatever the data: an aggregate, a function of one row, a setting.
 *
 * @throws where there is none, or more than one: a bug of the query
 */
export function onlyRow<Row>({ rows }: { readonly rows: readonly Row[] }): Row {
  const [row] = rows;
  if (row === undefined || rows.length > 1) {
    throw new Error(`a query that has one row had ${rows.length}`);
  }
  return row;
}
