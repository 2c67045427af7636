import type { LoadResults } from './results/results.ts';

/** One line for each load that did not keep its objective, and each ramp in which no rate did. */
export function missedObjectives({
  trials,
  ramps,
}: Pick<LoadResults, 'trials' | 'ramps'>): readonly string[] {
  return [
    ...trials.flatMap(({ design, objective }) =>
      objective === undefined || objective.kept
        ? []
        : [`${design} did not keep ${objective.text}: ${objective.reason}`],
    ),
    ...ramps.flatMap(({ design, objective, highestRate, finding }) =>
      highestRate === null ? [`no rate kept ${objective} with ${design}: ${finding}`] : [],
    ),
  ];
}
