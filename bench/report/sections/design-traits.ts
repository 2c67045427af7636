import type { DesignResult } from '../../results/results.ts';

/** Whether a design takes COPY, by the behaviour that asks for it; undefined where that was not run. */
export function takesCopy({ behaviours }: DesignResult): boolean | undefined {
  const asked = behaviours.find(({ name }) => name.startsWith('a COPY '));
  if (asked === undefined || asked.outcome === 'not run') return undefined;
  return asked.outcome === 'passed';
}

/** How the arms differ where the check is one that the tables' owner, or whoever inserts past a view, passes by. */
const passedBy: readonly string[] = ['session role', 'twin view'];

/**
 * Whether the check stops the tables' owner too. A trigger and a constraint do; a policy or a view does not,
 * which shows in how its arms differ. Runs that took turns by blocks do not say; there, what takes no COPY is
 * a policy or a view: of all checks they alone refuse it.
 */
export function bindsOwner(design: DesignResult): boolean | undefined {
  const methods = design.scenarios.map(({ method }) => method);
  if (methods.some((method) => passedBy.includes(method))) return false;
  if (methods.some((method) => /^(trigger modes|twin tables|partitioned twins)$/.test(method))) {
    return true;
  }
  return takesCopy(design);
}
