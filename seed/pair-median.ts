import { median, orderInterval } from './median.ts';

/** Of fewer pairs no interval holds the median with 95 %. */
const fewestForInterval = 6;

/** The median of pairs' ratios, and between what it lies. */
export interface PairMedian {
  readonly median: number;
  /** The 95 % interval's ends; of too few pairs the smallest and the largest ratio. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** NaN for no pairs. */
export function medianOfPairs(ratios: readonly number[]): PairMedian {
  const { low = Number.NaN, high = Number.NaN } = orderInterval(ratios, 0.95);
  return { median: median(ratios), low, high, pairs: ratios.length };
}

/** `0.92 (0.90 to 0.95, 95 % of 40 pairs)`, or of too few `0.92 (0.80 to 1.06, all 3 pairs)`. */
export function pairMedianText(ratio: PairMedian, digits = 2): string {
  const [middle, low, high] = [ratio.median, ratio.low, ratio.high].map((x) => x.toFixed(digits));
  const held = ratio.pairs < fewestForInterval ? 'all' : '95 % of';
  return `${middle} (${low} to ${high}, ${held} ${ratio.pairs} pairs)`;
}
