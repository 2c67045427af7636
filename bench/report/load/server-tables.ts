import type { LoadTrial } from '../../load/results/results.ts';
import { tableHtml } from '../figure.ts';
import { formatBytes, formatCount, significant } from '../format.ts';
import { folded, type Html, html } from '../html.ts';
import { captionOf, counterText } from './words.ts';

/** What the server counted during a load. */
export function serverTables(trial: LoadTrial, explained: boolean): Html {
  if (trial.server === undefined) {
    return html`<p>The server’s counters went back during the load (a crash, or a reset), so they say nothing.</p>`;
  }
  const { wal, checkpoints, statements, io } = trial.server;
  const operations = Math.max(
    1,
    trial.counts.accepted + trial.counts.delivered + trial.counts.filtered + trial.counts.optedOut,
  );
  const perRow = (bytes: number): string => formatBytes(Math.round(bytes / operations));
  return html`<p>WAL: ${counterText(wal, ['wal_bytes'], formatBytes)}; for each row inserted: ${counterText(wal, ['wal_bytes'], perRow)}; full-page images: ${counterText(wal, ['wal_fpi'], formatCount)}. Checkpoints: ${counterText(checkpoints, ['timed', 'requested'], String)}.</p>
${folded(
  'Statements (pg_stat_statements)',
  tableHtml({
    ...captionOf('Statements that took most time', trial, explained),
    columns: [
      { heading: 'statement' },
      ...['calls', 'ms each', 'buffers each', 'WAL each'].map((heading) => ({
        heading,
        numeric: true,
      })),
    ],
    rows: statements.map(({ name, counters }) => {
      const calls = counters['calls'];
      const each = (names: readonly string[], format: (value: number) => string): string =>
        calls === undefined || calls === 0
          ? 'not counted'
          : counterText(counters, names, (sum) => format(sum / calls));
      const threeDigits = (value: number): string => significant(value, 3);
      return [
        name.replace(/\s+/g, ' ').slice(0, 160),
        counterText(counters, ['calls'], formatCount),
        each(['total_exec_ms'], threeDigits),
        each(['shared_blks_hit', 'shared_blks_read'], threeDigits),
        each(['wal_bytes'], (bytes) => formatBytes(Math.round(bytes))),
      ];
    }),
  }),
)}
${folded(
  'Input and output',
  tableHtml({
    ...captionOf('Counters of pg_stat_io that moved; times in ms', trial, explained),
    columns: [{ heading: 'backend / object / context' }, { heading: 'counters' }],
    rows: io.map(({ name, counters }) => [
      name,
      Object.entries(counters)
        .filter(([, value]) => value !== 0)
        .map(([key, value]) => `${key} ${significant(value, 3)}`)
        .join(', '),
    ]),
  }),
)}`;
}
