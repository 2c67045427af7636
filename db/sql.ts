import { readFileSync } from 'node:fs';

/** The text of a `.sql` file: `readSql(new URL('./name.sql', import.meta.url))`. */
export function readSql(file: URL): string {
  return readFileSync(file, 'utf8');
}
