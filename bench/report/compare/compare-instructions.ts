import type { Results } from '../../results/results.ts';
import { addedOf, countedOf } from '../instruction-tables.ts';

/** One execution's instructions in both runs. */
export interface InstructionChange {
  readonly design: string;
  readonly scenario: string;
  /** What the check adds; of a refused insert all of them, as nothing stands beside it. */
  readonly before: number;
  readonly after: number;
  /** The later run over the earlier one. */
  readonly ratio: number;
  /** The same of the statement without the check; absent where there is none. */
  readonly without?: number;
  /** How far apart the two counts are, as a share of the whole execution. */
  readonly shareOfAll: number;
}

/** From this change on a count is named. */
export const namedChange = 0.01;

/** Two counts of the same differ by less than this, as a share of the whole execution. */
export const countNoise = 0.001;

/** Everything that both runs counted, the largest change for the worse first. A pure function. */
export function compareInstructions(before: Results, after: Results): readonly InstructionChange[] {
  const earlier = countedOf(before)?.designs ?? [];
  const later = countedOf(after)?.designs ?? [];
  return later
    .flatMap((design) =>
      design.scenarios.flatMap((scenario): readonly InstructionChange[] => {
        const same = earlier
          .find(({ name }) => name === design.name)
          ?.scenarios.find(({ name }) => name === scenario.name);
        if (same === undefined) return [];
        const figures = [same, scenario].map((one) => addedOf(one) ?? one.treatment.instructions);
        const [old, now] = figures as [number, number];
        return [
          {
            design: design.name,
            scenario: scenario.name,
            before: old,
            after: now,
            ratio: now / old,
            ...(same.without === undefined || scenario.without === undefined
              ? {}
              : { without: scenario.without.instructions / same.without.instructions }),
            shareOfAll: Math.abs(now - old) / same.treatment.instructions,
          },
        ];
      }),
    )
    .sort((a, b) => b.ratio - a.ratio);
}

/** The changes of more than a hundredth that are no noise, the largest first; also those without the check. */
export function toldChanges(changes: readonly InstructionChange[]): readonly InstructionChange[] {
  const size = ({ ratio, without = 1 }: InstructionChange): number =>
    Math.max(Math.abs(ratio - 1), Math.abs(without - 1));
  return changes
    .filter(
      (change) =>
        (Math.abs(change.ratio - 1) > namedChange && change.shareOfAll > countNoise) ||
        Math.abs((change.without ?? 1) - 1) > namedChange,
    )
    .sort((a, b) => size(b) - size(a));
}
