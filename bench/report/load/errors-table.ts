import type { LoadTrial } from '../../load/results/results.ts';
import { type Table, tableHtml } from '../figure.ts';
import { formatCount } from '../format.ts';
import { type Html, html } from '../html.ts';
import { errorsOf } from './errors.ts';

/** The errors of several loads together as a table: of which loads it is, is told to those who hear it read. */
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
