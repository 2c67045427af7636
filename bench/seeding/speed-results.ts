import { medianOfPairs, pairMedianText, verdictOn } from '../stats/pair-median.ts';

/** Goes up when a reader of the older shape would misread the newer one. */
export const speedFormatVersion = 1;

/** What the messages' COPY must reach of the server's own speed, and what it aims for. */
export const shareOfServer = { least: 0.9, goal: 0.95 } as const;

/** What the whole load may take, in times of what the server alone needs. */
export const timesOfServer = 1.15;

/** The same rows loaded twice, right after each other: by the seeder, and by the server alone from files. */
export interface SpeedPair {
  readonly seederSeconds: number;
  readonly serverSeconds: number;
}

/** The JSON of `npm run bench:seed -- --out FILE`. */
export interface SpeedResults {
  readonly formatVersion: typeof speedFormatVersion;
  readonly kind: 'seed-speed';
  /** The COPY of the messages alone, or all tables with their indexes and keys. */
  readonly loads: 'messages' | 'whole';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly commandLine: string;
  /** Messages in each load. */
  readonly messages: number;
  readonly pairs: readonly SpeedPair[];
}

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
