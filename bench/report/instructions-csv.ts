import type { Counted } from '../results/results.ts';
import { csvCell } from './results-csv.ts';

/** What was counted, one line a design and statement: for a spreadsheet. */
export function instructionsCsv(counted: Counted): string {
  const figures = ['instructions', 'pages', 'walBytes'] as const;
  const headings = figures.flatMap((name) => {
    const column = name === 'walBytes' ? 'wal_bytes' : name;
    return [`with_${column}`, `without_${column}`];
  });
  const lines = counted.designs.flatMap((design) =>
    design.scenarios.map(({ name, rowsPerStatement, control, treatment, without }) => [
      ...[design.name, name, rowsPerStatement, control],
      ...figures.flatMap((figure) => [treatment[figure], without?.[figure]]),
      ...[counted.counter, counted.counterVersion, counted.serverVersion],
    ]),
  );
  return [['design', 'scenario', 'rows_per_statement', 'control', ...headings], ...lines]
    .map((cells, index) =>
      (index === 0 ? [...cells, 'counter', 'counter_version', 'server_version'] : cells)
        .map(csvCell)
        .join(','),
    )
    .map((line) => `${line}\n`)
    .join('');
}
