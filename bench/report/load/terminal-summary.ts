import { pairsText, pgbenchVerdict, shareOfPgbench } from '../../load/pgbench/pgbench-goal.ts';
import { waitShares } from '../../load/record/waits.ts';
import type { Latency, LoadLeg, LoadResults } from '../../load/results.ts';

/** What a load says at its end: the verdict first. */
export function summaryText(results: LoadResults): string {
  const parts = results.ramps.length > 0 ? results.ramps.map(rampText) : results.legs.map(legText);
  const { pgbench } = results;
  if (pgbench !== undefined) {
    parts.push(
      [
        `closed loop, ${pgbench.clients} connections, the same statement, ${pgbench.pairs.length} blocks of ${pgbench.blockS} s each in turns (${pgbench.version})`,
        ...pgbench.pairs.map(
          ({ ours, pgbench: theirs }) =>
            `  this generator ${perSecond(ours)}   pgbench ${perSecond(theirs)}   ratio ${(ours / theirs).toFixed(2)}`,
        ),
        `ratio ${pairsText(pgbench)}, goal ${shareOfPgbench} or more: ${pgbenchVerdict(pgbench)}`,
      ].join('\n'),
    );
  }
  return parts.join('\n\n');
}

function legText(leg: LoadLeg): string {
  const { counts, latency } = leg;
  const rate =
    leg.rate === 'max'
      ? 'closed loop'
      : `${leg.rate}/s asked for, ${leg.offeredPerSecond?.toLocaleString('en-US')}/s offered`;
  const lines = [
    `${leg.mix.name} on ${leg.design}: ${rate}, ${leg.donePerSecond.toLocaleString('en-US')}/s answered over ${leg.elapsedS.toFixed(1)} s, ${leg.clients} connections`,
    verificationText(leg),
    `limit: ${leg.limit.by === 'none' ? '' : `${leg.limit.by}: `}${leg.limit.reason}`,
    '',
    `  ${leg.loop === 'open' ? 'ms from intended start' : 'ms from start (closed loop)'}    answers      p50      p90      p99    p99.9   p99.99      max`,
    latencyLine('all', latency.all),
    latencyLine('sends accepted', latency.accepted),
    latencyLine('sends refused', latency.refused),
    latencyLine('reports', latency.report),
    latencyLine('reports with 21610', latency.optedOut),
    latencyLine('(late start, own doing)', leg.lateness),
    '',
    `  retries ${counts.retries}, errors ${counts.errors}, lost connections ${counts.lostConnections}, found done after one ${counts.foundDone}, unknown ${counts.unknown}, never started ${leg.unserved}`,
  ];
  for (const [sqlState, { count, message }] of Object.entries(leg.errors)) {
    lines.push(`  error ${sqlState} (${count} times): ${message}`);
  }
  const waits = waitShares(leg)
    .slice(0, 4)
    .map(({ wait, share }) => `${wait} ${Math.round(share * 100)} %`);
  if (waits.length > 0) lines.push(`  sessions at work: ${waits.join(', ')}`);
  const { count, busy, generator } = leg.processors;
  lines.push(`  processors: ${busy} of ${count} at work, ${generator} of them for the generator`);
  if (leg.server !== undefined) {
    const wal = leg.server.wal['wal_bytes'] ?? 0;
    const checkpoints =
      (leg.server.checkpoints['timed'] ?? 0) + (leg.server.checkpoints['requested'] ?? 0);
    lines.push(
      `  WAL ${(wal / 2 ** 20).toFixed(1)} MB, ${leg.server.wal['wal_fpi'] ?? 0} full-page images, ${checkpoints} checkpoints`,
    );
  }
  return lines.join('\n');
}

function verificationText({ verification }: LoadLeg): string {
  const { messages, reports, optOuts } = verification;
  const unknown = messages.unknown + reports.unknown;
  if (!verification.ok) {
    return ['NOT as acknowledged:', ...verification.differences.map((line) => `  ${line}`)].join(
      '\n',
    );
  }
  return (
    `verified: ${messages.acknowledged.toLocaleString('en-US')} messages and ${reports.acknowledged.toLocaleString('en-US')} reports there, ` +
    `${messages.absent.toLocaleString('en-US')} refused ones not, ${optOuts.mustBeBlocked} numbers blocked as reported` +
    (unknown > 0 ? `, ${unknown} unknown` : '')
  );
}

function rampText(ramp: LoadResults['ramps'][number]): string {
  return [
    `${ramp.design}, ${ramp.objective}, ${ramp.from} to ${ramp.to}/s: ${ramp.highestRate === null ? 'none' : `${ramp.highestRate}/s`}`,
    ...ramp.trials.map(
      ({ rate, kept, reason }) =>
        `  ${kept ? 'kept  ' : 'missed'} ${String(rate).padStart(7)}/s  ${reason}`,
    ),
    `  ${ramp.finding}`,
  ].join('\n');
}

function latencyLine(name: string, latency: Latency): string {
  const cells = [
    latency.p50Ms,
    latency.p90Ms,
    latency.p99Ms,
    latency.p999Ms,
    latency.p9999Ms,
    latency.maxMs,
  ];
  return [
    `  ${name.padEnd(27)}`,
    latency.samples.toLocaleString('en-US').padStart(10),
    ...cells.map((value) => (value === null ? '-' : value.toPrecision(3)).padStart(9)),
  ].join('');
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en-US')}/s`.padStart(9);
}
