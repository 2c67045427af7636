import type { CapturedPlan, PlanSummary } from '../../results/results.ts';
import { wasNotSeen } from '../plan-words.ts';

/** One plan that is not what it was. */
export interface PlanChange {
  readonly design: string;
  readonly statement: string;
  readonly title: string;
  /** Undefined where there was no plan. */
  readonly before: PlanSummary | undefined;
  readonly after: PlanSummary | undefined;
  /** Big tables that are read from end to end now and were not before. */
  readonly newBigScans: readonly string[];
}

/**
 * The plans of two runs whose shape differs: other nodes, relations, indexes or joins. Where one run saw the
 * check and the other its lookup alone, nothing is told: they are not the same thing.
 */
export function comparePlans(
  before: readonly CapturedPlan[],
  after: readonly CapturedPlan[],
): readonly PlanChange[] {
  return after.flatMap((plan) => {
    const earlier = before.find(
      (candidate) => candidate.design === plan.design && candidate.statement === plan.statement,
    );
    if (earlier === undefined || wasNotSeen(earlier) !== wasNotSeen(plan)) return [];
    const [was, is] = [seenOf(earlier), seenOf(plan)];
    if (was?.shape === is?.shape || (wasNotSeen(plan) && (was === undefined || is === undefined))) {
      return [];
    }
    return [
      {
        design: plan.design,
        statement: plan.statement,
        title: plan.title,
        before: was,
        after: is,
        newBigScans: bigScans(is).filter((table) => !bigScans(was).includes(table)),
      },
    ];
  });
}

/** What the check did, or its lookup by itself. */
function seenOf({ summary, lookup }: CapturedPlan): PlanSummary | undefined {
  return summary ?? lookup?.summary;
}

function bigScans(summary: PlanSummary | undefined): readonly string[] {
  return summary === undefined ? [] : summary.bigSeqScans;
}

/** The access path in one line: nodes from the outside in, and the indexes that they use. */
export function accessPath(summary: PlanSummary): string {
  const nodes = summary.nodes.join(' → ');
  const unnamed = summary.indexes.filter((index) => !nodes.includes(index));
  return unnamed.length === 0 ? nodes : `${nodes} by ${unnamed.join(', ')}`;
}
