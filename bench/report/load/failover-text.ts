import { lossText } from '../../load/failover/failover-line.ts';
import type { Failover, LoadResults, LoadTrial } from '../../load/results/results.ts';
import { median } from '../../stats/median.ts';
import { counted, formatCount } from '../format.ts';
import type { Mark } from '../page.ts';

/** What failovers say at their end. */
export function failoverText(
  failovers: readonly Failover[],
  { trials }: Pick<LoadResults, 'trials'>,
): string {
  const [first] = failovers;
  const [trial] = trials;
  if (first === undefined || trial === undefined) return 'no primary was killed';
  return [
    `${counted(failovers.length, 'failover')} with ${standbyText(first)}: ${trial.mix.name} on ${trial.design}, ${trial.rate === 'max' ? 'closed loop' : `${trial.rate}/s`}, ${trial.clients} connections`,
    failoverVerdict(failovers, trials),
    `after the kill: ${failoverSteps
      .map(({ name, at }) => `${name} ${timesText(failovers, at)}`)
      .join('; ')}`,
  ].join('\n');
}

/** How the standby follows. */
export function standbyText({ replication, standbyDelayMs }: Failover): string {
  const kind = replication === 'sync' ? 'a synchronous standby' : 'an asynchronous standby';
  return standbyDelayMs > 0 ? `${kind} ${standbyDelayMs} ms away` : kind;
}

/** Good where nothing is lost; open where no more is than an asynchronous standby may lose. */
export function failoverMark(failovers: readonly Failover[]): Mark {
  if (failovers.some(({ ok }) => !ok)) return 'bad';
  const loses = failovers.some(({ lost }) => lost.messages.length + lost.reports.length > 0);
  return failovers.length === 0 || loses ? 'open' : 'good';
}

/** What was lost, and whether that is right. */
export function failoverVerdict(
  failovers: readonly Failover[],
  trials: readonly LoadTrial[],
): string {
  const acknowledged = trials.reduce(
    (sum, { verification }) =>
      sum + verification.messages.acknowledged + verification.reports.acknowledged,
    0,
  );
  const lost = lossText({
    messages: failovers.flatMap((each) => each.lost.messages),
    reports: failovers.flatMap((each) => each.lost.reports),
    optOuts: failovers.flatMap((each) => each.lost.optOuts),
    blocks: failovers.flatMap((each) => each.lost.blocks),
  });
  const wrongly = failovers.reduce((sum, each) => sum + each.wronglyAccepted, 0);
  const differences = failovers.flatMap((each) => each.differences);
  return [
    `${formatCount(acknowledged)} rows acknowledged, ${lost}; ${formatCount(wrongly)} messages accepted that should have been refused`,
    ...differences.map((line) => `NOT as it should be: ${line}`),
  ].join('\n');
}

/** What happens after a kill, in order. */
export const failoverSteps: readonly {
  readonly name: string;
  readonly at: (failover: Failover) => number | null;
}[] = [
  { name: 'promoted', at: ({ promotedS }) => promotedS },
  { name: 'a blocked number refused', at: ({ refusedS }) => refusedS },
  { name: 'another accepted', at: ({ acceptedS }) => acceptedS },
  { name: 'the load answered', at: ({ answeredS }) => answeredS },
];

/** Milliseconds after the kill: the median, and the shortest and longest of several. */
export function timesText(
  failovers: readonly Failover[],
  at: (failover: Failover) => number | null,
): string {
  const times = failovers.flatMap((failover) => {
    const seconds = at(failover);
    return seconds === null ? [] : [Math.round((seconds - failover.killedS) * 1000)];
  });
  if (times.length === 0) return 'never';
  const middle = `${formatCount(median(times))} ms`;
  return times.length === 1
    ? middle
    : `${middle} (${formatCount(Math.min(...times))} to ${formatCount(Math.max(...times))})`;
}
