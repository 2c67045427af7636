import { durabilityWarnings } from '../../environment/durability.ts';
import { pairsText, pgbenchVerdict, shareOfPgbench } from '../../load/pgbench/pgbench-goal.ts';
import { waitShares } from '../../load/record/waits.ts';
import type { Latency, LoadResults, LoadTrial } from '../../load/results/results.ts';
import { formatCount, formatRatioInterval, significant } from '../format.ts';
import { errorLines } from './errors.ts';
import { failoverText } from './failover-text.ts';
import { ceilingRatio } from './ramp-trials.ts';
import { soakLines } from './soak-text.ts';
import { counterText } from './words.ts';

/** What a load says at its end: the verdict first. */
export function summaryText(results: LoadResults): string {
  const { pgbench, failovers } = results;
  const parts =
    failovers !== undefined
      ? [[failoverText(failovers, results), ...errorLines(results.trials)].join('\n')]
      : results.ramps.length > 0
        ? [...results.ramps.map(rampText), ...ceilingsText(results.ramps)]
        : results.trials.map(trialText);
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
  const warnings = durabilityWarnings(results.environment).map((warning) => `! ${warning}`);
  return [...warnings, ...parts].join('\n\n');
}

function trialText(trial: LoadTrial): string {
  const { latency } = trial;
  const rate =
    trial.rate === 'max'
      ? 'closed loop'
      : `${trial.rate}/s asked for, ${trial.offeredPerSecond?.toLocaleString('en-US')}/s offered`;
  const lines = [
    ...(trial.check === 'off' ? [checkOffNote] : []),
    `${trial.mix.name} on ${trial.design}: ${rate}, ${trial.donePerSecond?.toLocaleString('en-US') ?? 'not known how many'}/s answered over ${trial.elapsedS.toFixed(1)} s, ${trial.clients} connections`,
    verificationText(trial),
    ...(trial.objective === undefined
      ? []
      : [
          `${trial.objective.text}: ${trial.objective.kept ? 'kept' : 'NOT kept'}, ${trial.objective.reason}`,
        ]),
    `limit: ${trial.limit.by === 'none' ? '' : `${trial.limit.by}: `}${trial.limit.reason}`,
    '',
    `  ${trial.loop === 'open' ? 'ms from intended start' : 'ms from start (closed loop)'}    answers      p50      p90      p99    p99.9   p99.99      max`,
    ...latencyLine('all', latency.all),
    ...latencyLine('sends accepted', latency.accepted),
    ...latencyLine('sends refused', latency.refused),
    ...latencyLine('reports', latency.report),
    ...latencyLine('reports with 21610', latency.optedOut),
    ...latencyLine('(late start, own doing)', trial.lateness),
    '',
    `  ${mishapsText(trial)}`,
  ];
  lines.push(...errorLines([trial]));
  const waits = waitShares(trial)
    .slice(0, 4)
    .map(({ wait, share }) => `${wait} ${Math.round(share * 100)} %`);
  if (waits.length > 0) lines.push(`  sessions at work: ${waits.join(', ')}`);
  const { count, busy, generator } = trial.processors;
  lines.push(`  processors: ${busy} of ${count} at work, ${generator} of them for the generator`);
  if (trial.server !== undefined) {
    const { wal, checkpoints } = trial.server;
    const size = counterText(wal, ['wal_bytes'], (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`);
    const images = counterText(wal, ['wal_fpi'], String);
    const taken = counterText(checkpoints, ['timed', 'requested'], String);
    lines.push(`  WAL ${size}, full-page images ${images}, checkpoints ${taken}`);
  }
  if (trial.soak !== undefined) lines.push(...soakLines(trial.soak));
  return lines.join('\n');
}

function verificationText({ verification }: LoadTrial): string {
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

/** What nobody may overlook. */
const checkOffNote = 'THE CHECK WAS OFF: nothing was refused; it is on again.';

function rampText(ramp: LoadResults['ramps'][number]): string {
  return [
    ...(ramp.check === 'off' ? [checkOffNote] : []),
    `${ramp.design}, ${ramp.objective}, ${ramp.from} to ${ramp.to}/s: ${ramp.highestRate === null ? 'none' : `${ramp.highestRate}/s`}`,
    ...ramp.rates.map(
      ({ rate, kept, reason }) =>
        `  ${kept ? 'kept  ' : 'missed'} ${String(rate).padStart(7)}/s  ${reason}`,
    ),
    `  ${ramp.finding}`,
  ].join('\n');
}

/** Of a design whose check was on and off, what the check takes of the rate. */
function ceilingsText(ramps: LoadResults['ramps']): readonly string[] {
  return ramps
    .filter(({ check }) => check !== 'off')
    .flatMap((on) => {
      const off = ramps.find(({ design, check }) => design === on.design && check === 'off');
      const ratio = off === undefined ? undefined : ceilingRatio(on, off);
      return ratio === undefined
        ? []
        : [
            `${on.design}: ${formatRatioInterval(ratio)} of the rate that is kept with the check off`,
          ];
    });
}

/** What went wrong and was made good or not: what happened, and once that the rest did not. */
export function mishapsText({ counts, unserved }: Pick<LoadTrial, 'counts' | 'unserved'>): string {
  const mishaps = [
    ['retries', counts.retries],
    ['errors', counts.errors],
    ['lost connections', counts.lostConnections],
    ['found done when asked', counts.foundDone],
    ['commits without their standby', counts.unconfirmed],
    ['unknown', counts.unknown],
    ['never started', unserved],
  ] as const;
  const happened = mishaps.filter(([, count]) => count > 0);
  return happened.length === 0
    ? 'no retry, no error, no lost connection, everything started'
    : happened.map(([name, count]) => `${name} ${formatCount(count)}`).join(', ');
}

/** Nothing where nothing of that kind was done. */
function latencyLine(name: string, latency: Latency): readonly string[] {
  if (latency.samples === 0) return [];
  const cells = [
    latency.p50Ms,
    latency.p90Ms,
    latency.p99Ms,
    latency.p999Ms,
    latency.p9999Ms,
    latency.maxMs,
  ];
  return [
    [
      `  ${name.padEnd(27)}`,
      formatCount(latency.samples).padStart(10),
      ...cells.map((value) => (value === null ? '-' : significant(value, 3)).padStart(9)),
    ].join(''),
  ];
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en-US')}/s`.padStart(9);
}
