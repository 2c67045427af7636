import { allBehaviours, runBehaviour } from '../../db/conformance/run-behaviours.ts';
import type { Design } from '../../db/designs.ts';
import type { BehaviourOutcome } from '../results/results.ts';

/** Checks that run at the same time: they wait for the disk and for each other's sessions more than they compute. */
const concurrency = 2;

/** Longest that a statement of a check may take; a send that is looked up takes a thousandth of it. */
const statementTimeoutMs = 10_000;

/**
 * Runs every functional check against the design that is in place, as `npm test` does, here over the
 * data that is measured.
 *
 * @param secondsAllowed a design that reads whole tables would take hours at scale: what it does not
 *   reach is marked, not passed over
 */
export async function checkConformance(
  url: string,
  design: Design,
  secondsAllowed: number,
): Promise<readonly BehaviourOutcome[]> {
  const deadlineMs = performance.now() + secondsAllowed * 1_000;
  const outcomes: BehaviourOutcome[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < allBehaviours.length) {
      const index = next++;
      const behaviour = allBehaviours[index];
      if (behaviour === undefined) return;
      if (performance.now() >= deadlineMs) {
        outcomes[index] = {
          name: behaviour.name,
          outcome: 'not run',
          reason:
            secondsAllowed === 0
              ? 'the design is not timed; npm test runs its checks'
              : `the checks before it took more than ${secondsAllowed} s; npm test runs it on little data`,
          durationMs: 0,
        };
        continue;
      }
      const result = await runBehaviour(url, design, behaviour, { statementTimeoutMs });
      outcomes[index] = {
        ...result,
        durationMs: Math.round(result.durationMs),
        ...(design.cannot.includes(behaviour.name) ? { declared: true } : {}),
      };
    }
  };
  await Promise.all(Array.from({ length: concurrency }, runner));
  return outcomes;
}

/** The checks that a design fails and does not declare to. */
export function unexpectedFailures(
  outcomes: readonly BehaviourOutcome[],
): readonly BehaviourOutcome[] {
  return outcomes.filter(({ outcome, declared }) => outcome === 'failed' && declared !== true);
}
