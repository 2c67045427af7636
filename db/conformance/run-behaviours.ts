import { codeOf, messageOf } from '../cli/errors.ts';
import type { Design } from '../designs.ts';
import { queryCanceled } from '../sqlstates.ts';
import type { Check } from './behaviour.ts';
import { bulk } from './bulk.ts';
import { concurrency } from './concurrency.ts';
import { openStage, type StageOptions } from './fixture.ts';
import { reports } from './reports.ts';
import { sending } from './sending.ts';

/** Every behaviour that a design must show, in the order in which a reader meets them. */
export const allChecks: readonly Check[] = [...sending, ...bulk, ...reports, ...concurrency];

/** What a check found. */
export type CheckResult =
  | { readonly name: string; readonly outcome: 'passed'; readonly durationMs: number }
  | {
      readonly name: string;
      /** `not run`: a statement was cancelled because it took too long, so that nothing is known. */
      readonly outcome: 'failed' | 'not run';
      readonly durationMs: number;
      readonly reason: string;
    };

/** Runs one check on a stage of its own. */
export async function runCheck(
  url: string,
  design: Design,
  check: Check,
  options: StageOptions = {},
): Promise<CheckResult> {
  const startedMs = performance.now();
  const timed = (): { name: string; durationMs: number } => ({
    name: check.name,
    durationMs: performance.now() - startedMs,
  });
  const stage = await openStage(url, design, options);
  try {
    await check.run(stage);
    return { ...timed(), outcome: 'passed' };
  } catch (error) {
    const outcome = codeOf(error) === queryCanceled ? 'not run' : 'failed';
    return { ...timed(), outcome, reason: messageOf(error) };
  } finally {
    await stage.close();
  }
}
