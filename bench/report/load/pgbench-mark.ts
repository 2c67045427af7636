import { pgbenchVerdict } from '../../load/pgbench/pgbench-goal.ts';
import type { ClosedLoopComparison } from '../../load/results/results.ts';
import type { Mark } from '../page.ts';

const marks = { reached: 'good', missed: 'bad', open: 'open' } as const;

/** The mark of what the pairs say of the closed loop's goal. */
export function pgbenchMark(comparison: ClosedLoopComparison): Exclude<Mark, 'plain'> {
  return marks[pgbenchVerdict(comparison)];
}
