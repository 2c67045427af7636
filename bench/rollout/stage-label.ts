import type { RolloutStage } from './results.ts';

/** A stage's name, with the number of its rollout where there are several. */
export function stageLabel({ name, round }: Pick<RolloutStage, 'name' | 'round'>): string {
  return round === undefined ? name : `${name}, ${round}`;
}
