import {
  medianOfPairs,
  type PairMedian,
  pairMedianText,
  verdictOn,
} from '../../../seed/pair-median.ts';
import type { PgbenchComparison } from '../../load/results.ts';
import type { Mark } from '../page.ts';

/** What the closed loop is to reach of pgbench's rate. */
export const shareOfPgbench = 0.8;

/** The pairs' ratios, ours over pgbench's. */
function ratioOfPairs({ pairs }: PgbenchComparison): PairMedian {
  return medianOfPairs(pairs.map(({ ours, pgbench }) => ours / pgbench));
}

/** `0.92 (0.90 to 1.06, range of 3 pairs)`. */
export function pairsText(comparison: PgbenchComparison): string {
  return pairMedianText(ratioOfPairs(comparison));
}

const marks = { reached: 'good', missed: 'bad', open: 'open' } as const;

/** Good where the whole interval reaches the goal, bad where none of it does, open between. */
export function pgbenchMark(comparison: PgbenchComparison): Exclude<Mark, 'plain'> {
  return marks[verdictOn(ratioOfPairs(comparison), (ratio) => ratio >= shareOfPgbench)];
}
