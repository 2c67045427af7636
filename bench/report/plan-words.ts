import type { CapturedPlan } from '../results/results.ts';

/** Whether a statement has no plan because none ended in the time that it had. */
export function timedOutForPlan({ failed }: Pick<CapturedPlan, 'failed'>): boolean {
  return failed?.includes('statement timeout') === true;
}

/** Whether the check of a statement ran where nobody saw it: inside a trigger, without auto_explain. */
export function wasNotSeen({
  summary,
  nestedMissing,
  failed,
}: Pick<CapturedPlan, 'summary' | 'nestedMissing' | 'failed'>): boolean {
  return summary === undefined && nestedMissing !== undefined && failed === undefined;
}

/** What stands in place of a plan that is not there. */
export function withoutPlan(
  plan: Pick<CapturedPlan, 'failed' | 'summary' | 'nestedMissing'>,
): string {
  if (timedOutForPlan(plan)) return 'no plan in time';
  return wasNotSeen(plan) ? 'not seen' : 'no plan';
}

/** Why what ran inside triggers was not seen. */
export function whyNotSeen(plans: readonly CapturedPlan[]): string | undefined {
  return plans.find(wasNotSeen)?.nestedMissing;
}
