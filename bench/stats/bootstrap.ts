import { median, orderInterval } from './median.ts';

export { median };

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** mulberry32: a small seeded generator; the same seed gives the same numbers everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A seed of its own for a named part of a run (FNV-1a over the name). */
export function seedFor(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}

/** The same items in random order (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const held = result[index] as T;
    result[index] = result[other] as T;
    result[other] = held;
  }
  return result;
}

/** The q-quantile (0 to 1) of ascending values, linear between neighbours (Hyndman and Fan's type 7). */
export function quantileOfSorted(ascending: ArrayLike<number>, q: number): number {
  if (ascending.length === 0) return Number.NaN;
  const position = (ascending.length - 1) * q;
  const below = Math.floor(position);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/** The arithmetic mean. NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A median and the interval that holds it with the confidence asked for. */
export interface MedianInterval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

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
export function bootstrapMedian(
  values: readonly number[],
  options: BootstrapOptions,
): MedianInterval {
  const { random, resamples = 2_000, confidence = 0.95 } = options;
  const size = values.length;
  if (size === 0) {
    return { median: Number.NaN, low: Number.NaN, high: Number.NaN, samples: 0 };
  }
  const medians = new Float64Array(resamples);
  const drawn = new Float64Array(size);
  for (let round = 0; round < resamples; round++) {
    for (let index = 0; index < size; index++) {
      drawn[index] = values[Math.floor(random() * size)] as number;
    }
    medians[round] = quantileOfSorted(drawn.sort(), 0.5);
  }
  medians.sort();
  const order = size < manyValues ? orderInterval(values, confidence) : undefined;
  return {
    median: median(values),
    low: Math.min(quantileOfSorted(medians, (1 - confidence) / 2), order?.low ?? Infinity),
    high: Math.max(quantileOfSorted(medians, (1 + confidence) / 2), order?.high ?? -Infinity),
    samples: size,
  };
}

/** The two arms of one pair: a figure (a block's median) with the treatment and one without. */
export interface Pair {
  readonly treatment: number;
  readonly control: number;
}

/** The paired comparison: ratio and difference, each with its interval. */
export interface PairedComparison {
  readonly ratio: MedianInterval;
  readonly difference: MedianInterval;
  /** Median of the controls. */
  readonly baseline: number;
  /** False where the ratio's interval includes 1: the arms could not be told apart. */
  readonly resolved: boolean;
}

/** Median of per-pair ratios and of per-pair differences, with bootstrap intervals over the pairs. */
export function comparePairs(pairs: readonly Pair[], options: BootstrapOptions): PairedComparison {
  const ratio = bootstrapMedian(
    pairs.map((pair) => pair.treatment / pair.control),
    options,
  );
  const difference = bootstrapMedian(
    pairs.map((pair) => pair.treatment - pair.control),
    options,
  );
  return {
    ratio,
    difference,
    baseline: median(pairs.map((pair) => pair.control)),
    resolved: ratio.low > 1 || ratio.high < 1,
  };
}

/**
 * How many leading values to drop as warm-up: those before the first that lies within `tolerance`
 * of the median of the eight that follow it, at most half of them. Only the values right after it
 * count, so that a slow drift is not taken for a long warm-up.
 */
export function warmupLength(values: readonly number[], tolerance = 0.1): number {
  const most = Math.floor(values.length / 2);
  for (let dropped = 0; dropped < most; dropped++) {
    const settled = median(values.slice(dropped + 1, dropped + 9));
    if (Math.abs((values[dropped] as number) - settled) <= tolerance * settled) return dropped;
  }
  return most;
}
