import { fewestForInterval, median, orderInterval } from './median.ts';

/** The median of pairs' ratios, and between what it lies. */
export interface PairMedian {
  readonly median: number;
  /** The ends of its 95 % interval; of too few pairs the smallest and the largest ratio; of one, NaN. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** NaN for no pairs. */
export function medianOfPairs(ratios: readonly number[]): PairMedian {
  const { length: pairs } = ratios;
  const { low, high } = pairs < 2 ? { low: NaN, high: NaN } : orderInterval(ratios, 0.95);
  return { median: median(ratios), low, high, pairs };
}

/** `0.92 (0.90 to 0.95, 95 % interval of 40 pairs)`, or of few `0.92 (0.80 to 1.06, range of 3 pairs)`. */
export function pairMedianText(ratio: PairMedian, digits = 2): string {
  const { pairs } = ratio;
  const [middle, low, high] = [ratio.median, ratio.low, ratio.high].map((x) => x.toFixed(digits));
  if (pairs === 0) return 'not measured';
  if (pairs === 1) return `${middle} (1 pair)`;
  const kind = pairs < fewestForInterval ? 'range' : '95 % interval';
  return `${middle} (${low} to ${high}, ${kind} of ${pairs} pairs)`;
}

/** What can be said of a goal. */
export type GoalVerdict = 'reached' | 'missed' | 'open';

/** Reached only with the whole interval within the goal, missed only with the whole interval beyond. */
export function verdictOn(
  { low, high }: Pick<PairMedian, 'low' | 'high'>,
  isWithin: (ratio: number) => boolean,
): GoalVerdict {
  if (Number.isNaN(low) || Number.isNaN(high)) return 'open';
  if (isWithin(low) && isWithin(high)) return 'reached';
  return isWithin(low) || isWithin(high) ? 'open' : 'missed';
}
