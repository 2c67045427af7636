import { codeOf, messageOf } from '../cli/errors.ts';
import type { Design } from '../designs.ts';
import { queryCanceled } from '../sqlstates.ts';
import type { Behaviour } from './behaviour.ts';
import { bulkBehaviours } from './bulk.ts';
import { concurrency } from './concurrency.ts';
import { type FixtureOptions, openFixture } from './fixture.ts';
import { optIns } from './opt-ins.ts';
import { reports } from './reports.ts';
import { sending } from './sending.ts';

/** Every behaviour that a design must show, in the order in which a reader meets them. */
export const allBehaviours: readonly Behaviour[] = [
  ...sending,
  ...bulkBehaviours,
  ...reports,
  ...optIns,
  ...concurrency,
];

/** What a check found. */
export type BehaviourResult =
  | { readonly name: string; readonly outcome: 'passed'; readonly durationMs: number }
  | {
      readonly name: string;
      /** `not run`: a statement was cancelled because it took too long, so that nothing is known. */
      readonly outcome: 'failed' | 'not run';
      readonly durationMs: number;
      readonly reason: string;
    };

/** Runs one check on a fixture of its own. */
export async function runBehaviour(
  url: string,
  design: Design,
  behaviour: Behaviour,
  options: FixtureOptions = {},
): Promise<BehaviourResult> {
  const startedMs = performance.now();
  const timed = (): { name: string; durationMs: number } => ({
    name: behaviour.name,
    durationMs: performance.now() - startedMs,
  });
  const fixture = await openFixture(url, design, options);
  try {
    await behaviour.run(fixture);
    return { ...timed(), outcome: 'passed' };
  } catch (error) {
    const outcome = codeOf(error) === queryCanceled ? 'not run' : 'failed';
    return { ...timed(), outcome, reason: messageOf(error) };
  } finally {
    await fixture.close();
  }
}
