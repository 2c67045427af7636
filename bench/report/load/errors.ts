import type { LoadError, LoadTrial } from '../../load/results/results.ts';
import { type Table, tableHtml } from '../figure.ts';
import { formatCount } from '../format.ts';
import { type Html, html } from '../html.ts';

/** The errors of several loads together, the most frequent first. */
export function errorsOf(
  trials: readonly Pick<LoadTrial, 'errors'>[],
): readonly (readonly [sqlState: string, LoadError])[] {
  const sums = new Map<string, LoadError>();
  for (const { errors } of trials) {
    for (const [sqlState, error] of Object.entries(errors)) {
      const sum = sums.get(sqlState);
      sums.set(sqlState, {
        answers: error.answers + (sum?.answers ?? 0),
        connecting: error.connecting + (sum?.connecting ?? 0),
        failed: error.failed + (sum?.failed ?? 0),
        message: sum?.message ?? error.message,
      });
    }
  }
  const often = ({ answers, connecting }: LoadError): number => answers + connecting;
  return [...sums].sort(([, a], [, b]) => often(b) - often(a));
}

/** A line for each. */
export function errorLines(trials: readonly Pick<LoadTrial, 'errors'>[]): readonly string[] {
  return errorsOf(trials).map(([sqlState, { answers, connecting, failed, message }]) => {
    const counts = [
      [answers, 'statements'],
      [connecting, 'tries to connect'],
      [failed, 'failed for good'],
    ] as const;
    const told = counts.filter(([count]) => count > 0);
    return `  ${sqlState}: ${told.map(([count, what]) => `${formatCount(count)} ${what}`).join(', ')} (${message})`;
  });
}

/** The same as a table: of which loads it is, is told to those who hear it read. */
export function errorsTable(
  trials: readonly Pick<LoadTrial, 'errors'>[],
  ofWhich: string,
  explained = true,
): Html {
  const errors = errorsOf(trials);
  if (errors.length === 0 && !explained) return html``;
  if (errors.length === 0) return html`<p>No statement and no connection met an error.</p>`;
  const table: Table = {
    caption: explained ? 'Errors by SQLSTATE (refusals are answers, and no errors)' : '',
    label: `Errors by SQLSTATE: ${ofWhich}`,
    columns: [
      { heading: 'SQLSTATE' },
      ...['statements', 'tries to connect', 'operations failed for good'].map((heading) => ({
        heading,
        numeric: true,
      })),
      { heading: 'what the server said first' },
    ],
    rows: errors.map(([sqlState, { answers, connecting, failed, message }]) => [
      sqlState,
      ...[answers, connecting, failed].map(formatCount),
      message,
    ]),
  };
  return tableHtml(table);
}
