import { median } from './median.ts';

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

/** The verdict that `npm run bench:seed` ends with. */
export function speedVerdict(results: Pick<SpeedResults, 'loads' | 'pairs'>): string {
  const ratios = speedRatios(results);
  const ratio = median(ratios);
  const text = `median of pairs ${ratio.toFixed(3)} (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)})`;
  if (results.loads === 'whole') {
    const within = ratio <= timesOfServer ? 'within' : 'more than';
    return `the whole load against server alone: ${text}: ${within} ${timesOfServer}`;
  }
  const { goal, least } = shareOfServer;
  const verdict =
    ratio >= goal ? 'reaches the goal' : ratio >= least ? 'is short of the goal' : 'falls short';
  return `seeder against server alone: ${text}: ${verdict} of ${goal}`;
}
