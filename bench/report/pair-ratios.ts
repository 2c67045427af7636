import type { Block, ScenarioResult } from '../results/results.ts';
import { median, quantileOfSorted, type Random, seededRandom } from '../stats/bootstrap.ts';
import type { Interval } from './format.ts';

/** How many times a comparison of two sets of blocks is drawn again. */
const resamples = 2_000;

/** The ratio of a pair's block medians: with the check over without it. Warm-up is left out. */
export function pairRatios(scenario: ScenarioResult): readonly number[] {
  return pairsOf(scenario).map((pair) => pair.check.medianNs / pair.control.medianNs);
}

/** The medians of one arm's blocks. */
export function blockMedians(scenario: ScenarioResult, arm: Block['arm']): readonly number[] {
  return scenario.blocks
    .filter((block) => block.arm === arm && !block.warmup)
    .map((block) => block.medianNs);
}

/**
 * The median of `after` over the median of `before`, with the bootstrap interval of two samples
 * that are drawn again independently. The values must be independent: pairs or blocks.
 */
export function ratioOfMedians(
  after: readonly number[],
  before: readonly number[],
  seed = 1,
): Interval {
  const estimate = median(after) / median(before);
  // the interval of one value would have no width, and would claim a certainty that is not there
  if (after.length < 2 || before.length < 2) {
    return { estimate, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  }
  const random = seededRandom(seed);
  const drawn = new Float64Array(resamples);
  for (let round = 0; round < resamples; round++) {
    drawn[round] = resampledMedian(after, random) / resampledMedian(before, random);
  }
  drawn.sort();
  return {
    estimate,
    low: quantileOfSorted(drawn, 0.025),
    high: quantileOfSorted(drawn, 0.975),
  };
}

/** What an interval allows to be said about a ratio. */
export type Verdict = 'slower' | 'faster' | 'could not be told apart';

/** A ratio's interval that includes 1 says nothing: neither equal nor different. */
export function verdictOf(ratio: Interval): Verdict {
  if (ratio.low > 1) return 'slower';
  if (ratio.high < 1) return 'faster';
  return 'could not be told apart';
}

interface BlockPair {
  readonly check: Block;
  readonly control: Block;
}

function pairsOf(scenario: ScenarioResult): readonly BlockPair[] {
  const byPair = new Map<number, Partial<Record<Block['arm'], Block>>>();
  for (const block of scenario.blocks) {
    if (block.warmup) continue;
    byPair.set(block.pair, { ...byPair.get(block.pair), [block.arm]: block });
  }
  return [...byPair.values()].flatMap(({ check, control }) =>
    check === undefined || control === undefined ? [] : [{ check, control }],
  );
}

function resampledMedian(values: readonly number[], random: Random): number {
  const drawn = new Float64Array(values.length);
  for (let index = 0; index < values.length; index++) {
    drawn[index] = values[Math.floor(random() * values.length)] ?? Number.NaN;
  }
  return quantileOfSorted(drawn.sort(), 0.5);
}
