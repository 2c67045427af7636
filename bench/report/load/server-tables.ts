import type { LoadTrial } from '../../load/results/results.ts';
import { tableHtml } from '../figure.ts';
import { formatBytes, formatCount, significant } from '../format.ts';
import { type Html, html } from '../html.ts';

/** What the server counted during a load. */
export function serverTables(trial: LoadTrial): Html {
  if (trial.server === undefined) {
    return html`<p>The server’s counters went back during the load (a crash, or a reset), so they say nothing.</p>`;
  }
  const { wal, checkpoints, statements, io } = trial.server;
  const operations = Math.max(
    1,
    trial.counts.accepted + trial.counts.delivered + trial.counts.filtered + trial.counts.optedOut,
  );
  return html`<p>WAL: ${formatBytes(wal['wal_bytes'] ?? 0)}, ${formatBytes(Math.round((wal['wal_bytes'] ?? 0) / operations))} for each row inserted, ${formatCount(wal['wal_fpi'] ?? 0)} full-page images. Checkpoints: ${(checkpoints['timed'] ?? 0) + (checkpoints['requested'] ?? 0)}.</p>
<details><summary>Statements (pg_stat_statements)</summary>${tableHtml({
    caption: 'Those that took most time',
    columns: [
      { heading: 'statement' },
      ...['calls', 'ms each', 'buffers each', 'WAL each'].map((heading) => ({
        heading,
        numeric: true,
      })),
    ],
    rows: statements.map(({ name, counters }) => {
      const calls = Math.max(1, counters['calls'] ?? 1);
      const buffers = (counters['shared_blks_hit'] ?? 0) + (counters['shared_blks_read'] ?? 0);
      return [
        name.replace(/\s+/g, ' ').slice(0, 160),
        formatCount(calls),
        significant((counters['total_exec_ms'] ?? 0) / calls, 3),
        significant(buffers / calls, 3),
        formatBytes(Math.round((counters['wal_bytes'] ?? 0) / calls)),
      ];
    }),
  })}</details>
<details><summary>Input and output (pg_stat_io)</summary>${tableHtml({
    caption: 'Counters that moved; times in ms',
    columns: [{ heading: 'backend / object / context' }, { heading: 'counters' }],
    rows: io.map(({ name, counters }) => [
      name,
      Object.entries(counters)
        .filter(([, value]) => value !== 0)
        .map(([key, value]) => `${key} ${significant(value, 3)}`)
        .join(', '),
    ]),
  })}</details>`;
}
