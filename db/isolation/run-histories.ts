import fc from 'fast-check';
import { wasInterrupted } from '../cli/command.ts';
import { messageOf } from '../cli/errors.ts';
import type { Design } from '../designs.ts';
import { judge } from './checker.ts';
import { execute, type Tally } from './execute.ts';
import { openSandbox, type Sandbox } from './fixture.ts';
import { describeHistory, type History, levels } from './history.ts';
import { interleavings, permutationsOf } from './permutations.ts';
import { randomHistory } from './random-history.ts';

/** What a proof ran, and what it found. */
export interface ProofResult {
  readonly histories: number;
  readonly tally: Tally;
  /** The histories that went wrong, told as text; random ones are shrunk. */
  readonly failures: readonly string[];
}

/** How much to run. */
export interface InterleavingOptions {
  /** Run at most so many permutations of a case at a level, spread evenly (default: all of them). */
  readonly perCase?: number;
  /** Go on after this many failures of a case at a level (default 1). */
  readonly failuresPerCase?: number;
  readonly onProgress?: (histories: number) => void;
}

/** Runs every permutation of every case at every level, in a scratch database that has the design. */
export async function proveInterleavings(
  url: string,
  design: Design,
  options: InterleavingOptions = {},
): Promise<ProofResult> {
  const {
    perCase = Number.POSITIVE_INFINITY,
    failuresPerCase = 1,
    onProgress = () => {},
  } = options;
  const tally = emptyTally();
  const failures: string[] = [];
  let histories = 0;
  await withSandbox(url, design, async (sandbox) => {
    for (const interleaving of interleavings) {
      for (const level of levels) {
        let failed = 0;
        const permutations = [...permutationsOf(interleaving, level)];
        const stride = Math.max(1, permutations.length / perCase);
        for (let at = 0; at < permutations.length; at += stride) {
          const history = permutations[Math.floor(at)];
          if (history === undefined) break;
          histories++;
          const wrong = await verdictOn(sandbox, history, tally);
          if (wrong.length > 0) {
            failures.push([interleaving.name, describeHistory(history), ...wrong].join('\n'));
            if (++failed >= failuresPerCase) break;
          }
          onProgress(histories);
        }
      }
    }
  });
  return { histories, tally, failures };
}

/** Runs random histories until one goes wrong, and shrinks that one. The same seed draws the same ones. */
export async function proveHistories(
  url: string,
  design: Design,
  options: {
    readonly histories: number;
    readonly seed: number;
    /** Stop shrinking after this time. */
    readonly timeLimitMs?: number;
    readonly onProgress?: (histories: number) => void;
  },
): Promise<ProofResult> {
  const tally = emptyTally();
  let histories = 0;
  let smallest: string | undefined;
  const deadlineMs = performance.now() + (options.timeLimitMs ?? Number.POSITIVE_INFINITY);
  await withSandbox(url, design, (sandbox) =>
    fc.check(
      fc.asyncProperty(randomHistory(), async (history) => {
        // a race among free sessions does not repeat exactly: shrinking it may take long
        if (smallest !== undefined && performance.now() > deadlineMs) return;
        histories++;
        const wrong = await verdictOn(sandbox, history, tally);
        options.onProgress?.(histories);
        if (wrong.length === 0) return;
        smallest = [describeHistory(history), ...wrong].join('\n'); // shrinking comes to smaller ones
        throw new Error(smallest);
      }),
      { numRuns: options.histories, seed: options.seed },
    ),
  );
  return { histories, tally, failures: smallest === undefined ? [] : [smallest] };
}

/** A tally of nothing. */
export function emptyTally(): Tally {
  return { statements: 0, waits: 0, serializationFailures: 0, deadlocks: 0, refusals: 0 };
}

async function verdictOn(
  sandbox: Sandbox,
  history: History,
  tally: Tally,
): Promise<readonly string[]> {
  try {
    return judge(history, await execute(sandbox, history, tally));
  } catch (error) {
    if (wasInterrupted()) throw error; // what ends a session then is not the design's fault
    return [`unexpected: ${messageOf(error)}`]; // an error that no application would retry
  }
}

async function withSandbox<T>(
  url: string,
  design: Design,
  work: (sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const sandbox = await openSandbox(url, design);
  try {
    return await work(sandbox);
  } finally {
    await sandbox.close();
  }
}
