import { medianOfPairs, type PairMedian, pairMedianText } from '../../../seed/pair-median.ts';
import type { PgbenchComparison } from '../../load/results.ts';
import type { Mark } from '../page.ts';

/** What the closed loop is to reach of pgbench's rate. */
export const shareOfPgbench = 0.8;

/** The pairs' ratios, ours over pgbench's. */
function ratioOfPairs({ pairs }: PgbenchComparison): PairMedian {
  return medianOfPairs(pairs.map(({ ours, pgbench }) => ours / pgbench));
}

/** `0.92 (0.90 to 1.06, all 3 pairs)`. */
export function pairsText(comparison: PgbenchComparison): string {
  return pairMedianText(ratioOfPairs(comparison));
}

/** Good where the whole interval reaches the goal, bad where none of it does, open between. */
export function pgbenchMark(comparison: PgbenchComparison): Exclude<Mark, 'plain'> {
  const { low, high } = ratioOfPairs(comparison);
  return low >= shareOfPgbench ? 'good' : high < shareOfPgbench ? 'bad' : 'open';
}
