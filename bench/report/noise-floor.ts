import type { Results, ScenarioResult } from '../results/results.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import { isPaired, ratioOf, timedDesigns } from './questions.ts';

/**
 * How far from 1 the method came out where 1 is true: the farther end of the intervals of a run's figures
 * whose arms both lack the check, of scenarios that are as durable as this one. 0 where a run has none.
 */
export function noiseFloor(results: Results, { durable }: Pick<ScenarioResult, 'durable'>): number {
  const ends = timedDesigns(results)
    .flatMap(({ scenarios }) => scenarios)
    .filter((one) => one.control === 'check off twice' && one.durable === durable)
    .filter(isPaired)
    .flatMap(({ paired }) => [Math.abs(paired.ratioLow - 1), Math.abs(paired.ratioHigh - 1)]);
  return Math.max(0, ...ends);
}

/** An interval that allows for a floor on either side. */
export function allowingFor(ratio: EstimateRange, floor: number): EstimateRange {
  return { value: ratio.value, low: ratio.low / (1 + floor), high: ratio.high * (1 + floor) };
}

/** What the method found where 1 is true, a sentence; undefined where it was not tried on itself. */
export function noiseFloorText(results: Results): string | undefined {
  const tried = timedDesigns(results)
    .flatMap(({ scenarios }) => scenarios)
    .filter(({ control }) => control === 'check off twice')
    .filter(isPaired);
  if (tried.length === 0) return undefined;
  const ratios = tried.map(({ paired }) => ratioOf(paired));
  const low = Math.min(...ratios.map((ratio) => ratio.low));
  const high = Math.max(...ratios.map((ratio) => ratio.high));
  return `tried on itself, with the check off in both arms, the method found ${low.toFixed(3)} to ${high.toFixed(3)} where 1 is true`;
}
