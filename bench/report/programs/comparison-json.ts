import type { Comparison } from '../compare/compare-runs.ts';

/** A comparison for another program, and why a gate does not pass; nothing in `failures` where it does. */
export function comparisonJson(comparison: Comparison, failures: readonly string[]): object {
  const { before, after, comparability, changes, missing, instructions, plans } = comparison;
  return {
    format: 'opt-out-check-lab comparison',
    version: 1,
    kind: comparison.kind,
    before: before.runId,
    after: after.runId,
    comparable: comparability.reasons.length === 0,
    whyNot: comparability.reasons,
    cautions: comparability.cautions,
    changes,
    instructions,
    plans,
    missing,
    failures,
  };
}
