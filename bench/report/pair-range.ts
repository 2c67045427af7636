import { median } from '../statistics.ts';
import type { Interval } from './format.ts';

/**
 * The median of the pairs' ratios, within the smallest and the largest of them: few pairs have no
 * interval of 95 %. NaN for no pairs.
 */
export function pairRange(ratios: readonly number[]): Interval {
  if (ratios.length === 0) return { estimate: Number.NaN, low: Number.NaN, high: Number.NaN };
  return { estimate: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios) };
}

/** `0.92 (pairs: 0.90 to 1.06)`. */
export function pairRangeText({ estimate, low, high }: Interval): string {
  return `${estimate.toFixed(2)} (pairs: ${low.toFixed(2)} to ${high.toFixed(2)})`;
}
