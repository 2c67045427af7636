import fc from 'fast-check';
import { wasInterrupted } from '../cli/command.ts';
import { messageOf } from '../cli/errors.ts';
import { isolationLevels } from '../contract.ts';
import type { Design } from '../designs.ts';
import { checkHistory } from './checker.ts';
import { describeHistory } from './describe.ts';
import { execute, type RunCounts } from './execute.ts';
import { type HistoryFixture, openHistoryFixture } from './fixture.ts';
import type { History } from './history.ts';
import { drawPermutations, permutationsOf, permutedCases } from './permutations.ts';
import { randomHistory } from './random-history.ts';

/** What a command ran, and what it found. */
export interface IsolationResult {
  readonly histories: number;
  readonly counts: RunCounts;
  /** The histories that went wrong, told as text; random ones are shrunk. */
  readonly failures: readonly string[];
}

/** How much to run. */
export interface PermutationOptions {
  /** Draw at most so many permutations of a case at a level, none of them serial (default: run them all). */
  readonly drawn?: { readonly perCase: number; readonly seed: number };
  /** Go on after this many failures of a case at a level (default 1). */
  readonly failuresPerCase?: number;
  readonly onProgress?: (histories: number) => void;
}

/** Runs every permutation of every case at every level, in a scratch database that has the design. */
export async function runPermutations(
  url: string,
  design: Design,
  options: PermutationOptions = {},
): Promise<IsolationResult> {
  const { drawn, failuresPerCase = 1, onProgress = () => {} } = options;
  const counts = noRunCounts();
  const failures: string[] = [];
  let histories = 0;
  await withFixture(url, design, async (fixture) => {
    for (const [index, permutedCase] of permutedCases.entries()) {
      for (const level of isolationLevels) {
        let failed = 0;
        // another seed for each design and case: all together try more of them
        const permutations =
          drawn === undefined
            ? permutationsOf(permutedCase, level)
            : drawPermutations(
                permutedCase,
                level,
                drawn.perCase,
                drawn.seed + 100 * Number(design.version) + index,
              );
        for (const history of permutations) {
          histories++;
          const wrong = await verdictOn(fixture, history, counts);
          if (wrong.length > 0) {
            failures.push([permutedCase.name, describeHistory(history), ...wrong].join('\n'));
            if (++failed >= failuresPerCase) break;
          }
          onProgress(histories);
        }
      }
    }
  });
  return { histories, counts, failures };
}

/** Runs random histories until one goes wrong, and shrinks that one. The same seed draws the same ones. */
export async function runRandomHistories(
  url: string,
  design: Design,
  options: {
    readonly histories: number;
    readonly seed: number;
    /** Stop shrinking after this time. */
    readonly timeLimitMs?: number;
    readonly onProgress?: (histories: number) => void;
  },
): Promise<IsolationResult> {
  const counts = noRunCounts();
  let histories = 0;
  let smallest: string | undefined;
  const deadlineMs = performance.now() + (options.timeLimitMs ?? Number.POSITIVE_INFINITY);
  await withFixture(url, design, (fixture) =>
    fc.check(
      fc.asyncProperty(randomHistory(), async (history) => {
        // a race among free sessions does not repeat exactly: shrinking it may take long
        if (smallest !== undefined && performance.now() > deadlineMs) return;
        histories++;
        const wrong = await verdictOn(fixture, history, counts);
        options.onProgress?.(histories);
        if (wrong.length === 0) return;
        smallest = [describeHistory(history), ...wrong].join('\n'); // shrinking comes to smaller ones
        throw new Error(smallest);
      }),
      { numRuns: options.histories, seed: options.seed },
    ),
  );
  return { histories, counts, failures: smallest === undefined ? [] : [smallest] };
}

/** Counts of nothing. */
export function noRunCounts(): RunCounts {
  return { statements: 0, waits: 0, serializationFailures: 0, deadlocks: 0, refusals: 0 };
}

async function verdictOn(
  fixture: HistoryFixture,
  history: History,
  counts: RunCounts,
): Promise<readonly string[]> {
  try {
    return checkHistory(history, await execute(fixture, history, counts));
  } catch (error) {
    if (wasInterrupted()) throw error; // what ends a session then is not the design's fault
    return [`unexpected: ${messageOf(error)}`]; // an error that no application would retry
  }
}

async function withFixture<T>(
  url: string,
  design: Design,
  work: (fixture: HistoryFixture) => Promise<T>,
): Promise<T> {
  const fixture = await openHistoryFixture(url, design);
  try {
    return await work(fixture);
  } finally {
    await fixture.close();
  }
}
