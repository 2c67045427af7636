import { readSql } from '../../sql.ts';

/** A statement that a cluster needs in another form, by the name of its file in `sql/`. */
export function citusSql(name: string): string {
  return readSql(new URL(`./sql/${name}.sql`, import.meta.url));
}
