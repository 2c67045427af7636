import type { Estimate, EstimateRange } from './estimate.ts';
import { median, orderInterval, quantileOfSorted } from './median.ts';
import { type Random, seededRandom } from './random.ts';

/** How many times a comparison of two samples is drawn again. */
const defaultResamples = 2_000;

/** How an interval is made. */
export interface BootstrapOptions {
  readonly random: Random;
  /** Default 2,000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly confidence?: number;
}

/** From so many values on the bootstrap needs no help, and the probabilities below would vanish. */
const manyValues = 1_000;

/**
 * Percentile bootstrap of the median: resamples the values with replacement and takes the middle
 * share of the medians. Of few values it holds the median too seldom (of seven, 87 times in 100), so
 * the interval is never narrower than that between order statistics. The values must be independent:
 * blocks or pairs of blocks, never single latencies.
 */
export function bootstrapMedian(values: readonly number[], options: BootstrapOptions): Estimate {
  const { random, resamples = defaultResamples, confidence = 0.95 } = options;
  const size = values.length;
  if (size === 0) {
    return { value: Number.NaN, low: Number.NaN, high: Number.NaN, samples: 0 };
  }
  const medians = new Float64Array(resamples);
  for (let round = 0; round < resamples; round++) medians[round] = resampledMedian(values, random);
  medians.sort();
  const order = size < manyValues ? orderInterval(values, confidence) : undefined;
  return {
    value: median(values),
    low: Math.min(quantileOfSorted(medians, (1 - confidence) / 2), order?.low ?? Infinity),
    high: Math.max(quantileOfSorted(medians, (1 + confidence) / 2), order?.high ?? -Infinity),
    samples: size,
  };
}

/**
 * The median of `after` over the median of `before`, with the bootstrap interval of two samples
 * that are drawn again independently. The values must be independent: pairs or blocks.
 */
export function ratioOfMedians(
  after: readonly number[],
  before: readonly number[],
  seed = 1,
): EstimateRange {
  const value = median(after) / median(before);
  // the interval of one value would have no width, and would claim a certainty that is not there
  if (after.length < 2 || before.length < 2) {
    return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  }
  const random = seededRandom(seed);
  const drawn = new Float64Array(defaultResamples);
  for (let round = 0; round < defaultResamples; round++) {
    drawn[round] = resampledMedian(after, random) / resampledMedian(before, random);
  }
  drawn.sort();
  return {
    value,
    low: quantileOfSorted(drawn, 0.025),
    high: quantileOfSorted(drawn, 0.975),
  };
}

/** What an interval allows to be said about a ratio. */
export type Verdict = 'slower' | 'faster' | 'could not be told apart';

/** A ratio's interval that includes 1 says nothing: neither equal nor different. */
export function verdictOf(ratio: EstimateRange): Verdict {
  if (ratio.low > 1) return 'slower';
  if (ratio.high < 1) return 'faster';
  return 'could not be told apart';
}

/** The median of as many values, drawn again with replacement. */
function resampledMedian(values: readonly number[], random: Random): number {
  const drawn = new Float64Array(values.length);
  for (let index = 0; index < values.length; index++) {
    drawn[index] = values[Math.floor(random() * values.length)] as number;
  }
  return quantileOfSorted(drawn.sort(), 0.5);
}
