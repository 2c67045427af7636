import { itemAt } from '../../db/item-at.ts';

/** A column of a table in plain text. */
export interface TextColumn {
  readonly heading: string;
  readonly align?: 'left' | 'right';
}

/** Aligned columns, two spaces apart, a rule under the headings, every line indented by two. */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map((column, index) =>
    Math.max(column.heading.length, ...rows.map((row) => (row[index] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${columns
      .map((column, index) => {
        const [cell, width] = [cells[index] ?? '', itemAt(widths, index)];
        return column.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd()}\n`;
  return [
    line(columns.map((column) => column.heading)),
    line(widths.map((width) => '─'.repeat(width))),
    ...rows.map(line),
  ].join('');
}

/** As `textTable`, without the last columns where all of them are wider than `width`; never fewer than two. */
export function fittingTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const text = textTable(columns, rows);
  const fits = text.split('\n').every((line) => line.length <= width);
  if (fits || columns.length <= 2) return text;
  return fittingTable(
    columns.slice(0, -1),
    rows.map((row) => row.slice(0, columns.length - 1)),
    width,
  );
}

/** A Markdown table; a bar in a cell would end it. */
export function markdownTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`;
  return [
    line(columns.map((column) => column.heading)),
    line(columns.map((column) => (column.align === 'right' ? '---:' : '---'))),
    ...rows.map(line),
  ].join('');
}

/** A text as lines; those after the first are indented by two, under the text behind a sign. */
export function wrap(text: string, width: number): string {
  const [first = '', ...rest] = wrapLines(text, width, 2);
  return `${[first, ...rest.map((line) => `  ${line}`)].join('\n')}\n`;
}

/** Breaks a text at spaces into lines of at most so many characters; all but the first leave room for an indent. */
export function wrapLines(text: string, width: number, indent = 0): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const room = lines.length === 0 ? width : width - indent;
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
