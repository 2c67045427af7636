import { medianOfPairs, pairMedianText, verdictOn } from '../stats/pair-median.ts';
import type { SpeedPair, SpeedResults } from './results.ts';

export type { SpeedPair, SpeedResults };

/** What the messages' COPY must reach of the server's own speed, and what it aims for. */
export const shareOfServer = { least: 0.9, goal: 0.95 } as const;

/** What the whole load may take, in times of what the server alone needs. */
export const timesOfServer = 1.15;

/** The pairs' ratios: of the messages' COPY the share of the server's speed, of a whole load the times of the server's time. */
export function speedRatios({ loads, pairs }: Pick<SpeedResults, 'loads' | 'pairs'>): number[] {
  return pairs.map(({ seederSeconds, serverSeconds }) =>
    loads === 'messages' ? serverSeconds / seederSeconds : seederSeconds / serverSeconds,
  );
}

/** Whether such a ratio is within the goal. */
export function reachesGoal(loads: SpeedResults['loads'], ratio: number): boolean {
  return loads === 'messages' ? ratio >= shareOfServer.goal : ratio <= timesOfServer;
}

const verdicts = {
  reached: 'reaches the goal',
  missed: 'misses the goal',
  open: 'cannot be told from the goal',
} as const;

/** The verdict that `npm run bench:seed` ends with: on the whole interval, not on the median alone. */
export function speedVerdict(results: Pick<SpeedResults, 'loads' | 'pairs'>): string {
  const { loads } = results;
  const ratio = medianOfPairs(speedRatios(results));
  const verdict = verdicts[verdictOn(ratio, (value) => reachesGoal(loads, value))];
  const text = pairMedianText(ratio, 3);
  if (loads === 'whole') {
    return `the whole load, in times of the time of the server alone: ${text}: ${verdict} of ${timesOfServer}`;
  }
  const { goal, least } = shareOfServer;
  const even = ratio.high < least ? `, and even ${least}` : '';
  return `COPY, as a share of the speed of the server alone: ${text}: ${verdict} of ${goal}${even}`;
}
