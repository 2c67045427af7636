import type { RolloutStage } from './results.ts';

/** The longest operation of the traffic in some stages, in milliseconds; 0 where there was none. */
export function longestMs(stages: readonly RolloutStage[]): number {
  return Math.max(0, ...stages.map(({ sends }) => sends.longestMs ?? 0));
}

/** The one that does everything in one transaction. */
export function atOnce(stages: readonly RolloutStage[]): RolloutStage | undefined {
  return stages.find(({ name }) => name === 'all at once');
}

/** Those of the files, disturbed or not. */
export function byFiles(stages: readonly RolloutStage[]): readonly RolloutStage[] {
  return stages.filter(({ name }) => name !== 'all at once' && name !== 'calm');
}
