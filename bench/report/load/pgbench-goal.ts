import type { PgbenchComparison } from '../../load/results.ts';
import type { Interval } from '../format.ts';
import type { Mark } from '../page.ts';
import { pairRange, pairRangeText } from '../pair-range.ts';

/** What the closed loop is to reach of pgbench's rate. */
export const shareOfPgbench = 0.8;

/** The pairs' ratios, ours over pgbench's. */
function rangeOfPairs({ pairs }: PgbenchComparison): Interval {
  return pairRange(pairs.map(({ ours, pgbench }) => ours / pgbench));
}

/** `0.92 (pairs: 0.90 to 1.06)`. */
export function pairsText(comparison: PgbenchComparison): string {
  return pairRangeText(rangeOfPairs(comparison));
}

/** Good where every pair reaches the goal, bad where none does, open where some do. */
export function pgbenchMark(comparison: PgbenchComparison): Exclude<Mark, 'plain'> {
  const { low, high } = rangeOfPairs(comparison);
  return low >= shareOfPgbench ? 'good' : high < shareOfPgbench ? 'bad' : 'open';
}
