import type { PgbenchComparison } from '../../load/results.ts';
import type { Interval } from '../format.ts';
import type { Mark } from '../page.ts';

/** What the closed loop is to reach of pgbench's rate. */
export const shareOfPgbench = 0.8;

/** The median of the pairs' ratios, ours over pgbench's, within the smallest and the largest of them. */
export function rangeOfPairs({ pairs, ratio }: PgbenchComparison): Interval {
  const ratios = pairs.map(({ ours, pgbench }) => ours / pgbench);
  return { estimate: ratio, low: Math.min(ratio, ...ratios), high: Math.max(ratio, ...ratios) };
}

/** `0.92 (pairs: 0.90 to 1.06)`. */
export function pairsText(comparison: PgbenchComparison): string {
  const { estimate, low, high } = rangeOfPairs(comparison);
  return `${estimate.toFixed(2)} (pairs: ${low.toFixed(2)} to ${high.toFixed(2)})`;
}

/** Good where every pair reaches the goal, bad where none does, open where some do. */
export function pgbenchMark(comparison: PgbenchComparison): Exclude<Mark, 'plain'> {
  const { low, high } = rangeOfPairs(comparison);
  return low >= shareOfPgbench ? 'good' : high < shareOfPgbench ? 'bad' : 'open';
}
