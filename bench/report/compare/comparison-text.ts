import { markdownTable, textTable, wrap, wrapLines } from '../text-table.ts';
import type { Comparison } from './compare-runs.ts';
import { type ComparisonTable, comparisonSentence, comparisonTables } from './comparison-tables.ts';

/** A comparison for a terminal of 80 columns: the verdict first, then one part after the other. */
export function comparisonText(comparison: Comparison, width = 80): string {
  const { before, after } = comparison;
  return [
    `${before.runId} (before) and ${after.runId} (after)\n\n`,
    wrap(comparisonSentence(comparison), width),
    ...comparisonTables(comparison, 'scenario').map(
      (table) =>
        `\n${table.title}\n${table.note === '' ? '' : wrap(table.note, width)}\n${partText(table, width)}`,
    ),
  ].join('');
}

/** A table where it fits; else each row as a paragraph, one line a cell. */
function partText(table: ComparisonTable, width: number): string {
  if (table.columns[0]?.heading === 'design' && table.columns[1]?.heading === 'scenario') {
    return byDesign(table);
  }
  const text = textTable(table.columns, table.rows);
  if (text.split('\n').every((line) => line.length <= width)) return text;
  return table.rows
    .map(([name = '', ...cells]) => {
      const lines = cells.flatMap((cell, index) =>
        wrapLines(`${(table.columns[index + 1]?.heading ?? '').padEnd(9)} ${cell}`, width - 6, 2),
      );
      return `  ${name}\n${lines.map((line) => `    ${line}\n`).join('')}`;
    })
    .join('\n');
}

/** One table a design, so that its long name stands once. */
function byDesign({ columns, rows }: ComparisonTable): string {
  const designs = [...new Set(rows.map(([design]) => design))];
  return designs
    .map((design) => {
      const own = rows.filter((row) => row[0] === design).map((row) => row.slice(1));
      return `  ${design}\n${textTable(columns.slice(1), own)}`;
    })
    .join('\n');
}

/** A comparison in Markdown, fit for a pull request. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { before, after } = comparison;
  return [
    `### \`${before.runId}\` and \`${after.runId}\`\n\n${comparisonSentence(comparison)}\n`,
    ...comparisonTables(comparison).map(
      (table) =>
        `\n#### ${table.title}\n\n${table.note === '' ? '' : `${table.note}\n\n`}${markdownTable(table.columns, table.rows)}`,
    ),
  ].join('');
}
