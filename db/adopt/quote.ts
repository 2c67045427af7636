import { reservedWords } from './reserved-words.ts';

/** PostgreSQL cuts names after so many bytes. */
export const longestNameBytes = 63;

/** A name as SQL has it: in quotes where it must be. */
export function quoteName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !reservedWords.has(name)
    ? name
    : `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL has it. Backslashes are themselves (`standard_conforming_strings`). */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name made of a table's and what follows it, the table's part cut so that the whole has at most 63 bytes. */
export function derivedName(table: string, ending: string): string {
  let kept = table;
  while (Buffer.byteLength(`${kept}_${ending}`) > longestNameBytes) {
    kept = [...kept].slice(0, -1).join('');
  }
  return `${kept}_${ending}`;
}
