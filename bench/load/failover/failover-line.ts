import { formatCount } from '../../../db/cli/number-text.ts';
import type { Failover, LoadTrial } from '../results/results.ts';

/** One failover in a line, as it is told while a run of them goes on. */
export function failoverLine(
  failover: Failover,
  { verification }: Pick<LoadTrial, 'verification'>,
  number: number,
  count: number,
): string {
  const { killedS, promotedS, refusedS, lost, ok } = failover;
  const after = (seconds: number): string => `${Math.round((seconds - killedS) * 1000)} ms`;
  const acknowledged = verification.messages.acknowledged + verification.reports.acknowledged;
  return [
    `failover ${number} of ${count} (${failover.replication}): killed at ${killedS.toFixed(2)} s`,
    `promoted after ${after(promotedS)}`,
    `a blocked number refused after ${after(refusedS)}`,
    `${formatCount(acknowledged)} rows acknowledged`,
    lossText(lost),
    ...(ok ? [] : ['NOT as it should be']),
  ].join(', ');
}

/** What was lost, in a few words. */
export function lossText({ messages, reports, optOuts, blocks }: Failover['lost']): string {
  const rows = messages.length + reports.length;
  if (rows + blocks.length === 0) return '0 lost';
  const kinds = `${counted(messages.length, 'message')}, ${counted(reports.length, 'report')}`;
  const among = `${counted(optOuts.length, 'opt-out')} and ${counted(blocks.length, 'block')}`;
  return `${formatCount(rows)} lost (${kinds}), with them ${among}`;
}

function counted(count: number, noun: string): string {
  return `${count === 0 ? 'no' : formatCount(count)} ${noun}${count === 1 || count === 0 ? '' : 's'}`;
}
