import {
  type GoalVerdict,
  medianOfPairs,
  type PairMedian,
  pairMedianText,
  verdictOn,
} from '../../stats/pair-median.ts';
import type { ClosedLoopComparison } from '../results/results.ts';

/** What the closed loop is to reach of pgbench's rate. */
export const shareOfPgbench = 0.8;

/** The pairs' ratios, ours over pgbench's. */
function ratioOfPairs({ pairs }: ClosedLoopComparison): PairMedian {
  return medianOfPairs(pairs.map(({ ours, pgbench }) => ours / pgbench));
}

/** `0.92 (0.90 to 1.06, range of 3 pairs)`. */
export function pairsText(comparison: ClosedLoopComparison): string {
  return pairMedianText(ratioOfPairs(comparison));
}

/** What its interval says of the goal. */
export function pgbenchVerdict(comparison: ClosedLoopComparison): GoalVerdict {
  return verdictOn(ratioOfPairs(comparison), (ratio) => ratio >= shareOfPgbench);
}
