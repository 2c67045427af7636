import type { CapturedPlan } from '../results/results.ts';

/** Whether a statement has no plan because none ended in the time that it had. */
export function timedOutForPlan({ failed }: Pick<CapturedPlan, 'failed'>): boolean {
  return failed?.includes('statement timeout') === true;
}

/** What stands in place of a plan that is not there. */
export function withoutPlan(plan: Pick<CapturedPlan, 'failed'>): string {
  return timedOutForPlan(plan) ? 'no plan in time' : 'no plan';
}
