import type { CapturedPlan, PlanSummary } from '../../results/results.ts';

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

/** The plans of two runs whose shape differs: other nodes, relations, indexes or joins. */
export function comparePlans(
  before: readonly CapturedPlan[],
  after: readonly CapturedPlan[],
): readonly PlanChange[] {
  return after.flatMap((plan) => {
    const earlier = before.find(
      (candidate) => candidate.design === plan.design && candidate.statement === plan.statement,
    );
    if (earlier === undefined || earlier.summary?.shape === plan.summary?.shape) return [];
    return [
      {
        design: plan.design,
        statement: plan.statement,
        title: plan.title,
        before: earlier.summary,
        after: plan.summary,
        newBigScans: bigScans(plan).filter((table) => !bigScans(earlier).includes(table)),
      },
    ];
  });
}

function bigScans({ summary }: CapturedPlan): readonly string[] {
  return summary === undefined ? [] : summary.bigSeqScans;
}

/** The access path in one line: nodes from the outside in, and the indexes that they use. */
export function accessPath(summary: PlanSummary): string {
  const nodes = summary.nodes.join(' → ');
  const unnamed = summary.indexes.filter((index) => !nodes.includes(index));
  return unnamed.length === 0 ? nodes : `${nodes} by ${unnamed.join(', ')}`;
}
