import fc from 'fast-check';
import { wasInterrupted } from '../cli/command.ts';
import { messageOf } from '../cli/errors.ts';
import { type IsolationLevel, isolationLevels } from '../contract.ts';
import type { Design } from '../designs.ts';
import { citus } from '../topologies/topology.ts';
import { anomaliesOf } from './anomalies.ts';
import { checkHistory, type Ending } from './checker.ts';
import { describeHistory } from './describe.ts';
import { execute, type RunCounts } from './execute.ts';
import { type HistoryFixture, openHistoryFixture } from './fixture.ts';
import { type History, optedInNumbers } from './history.ts';
import { listTransactions } from './list-append.ts';
import { drawPermutations, isForCluster, permutationsOf, permutedCases } from './permutations.ts';
import { randomHistory } from './random-history.ts';
import type { ListTransaction } from './transactions.ts';

/** What a command ran, and what it found. */
export interface IsolationResult {
  readonly histories: number;
  readonly counts: RunCounts;
  /** The histories that went wrong by either checker, told as text; random ones are shrunk. */
  readonly failures: readonly string[];
  readonly second: SecondOpinion;
}

/** What the second checker made of the same histories. */
export interface SecondOpinion {
  /** How many it judged: a design may keep no order of opt-outs, and a history may not tell who was first. */
  judged: number;
  /** How many it was not asked of, because all of their numbers are opted in again. */
  optedIn: number;
  /** How many one checker called wrong and the other did not; all of them are among the failures. */
  differences: number;
  /** In how many histories it saw an anomaly that their levels allow, by the anomaly's name. */
  readonly allowed: Map<string, number>;
}

/** How much to run. */
export interface PermutationOptions {
  /** Draw at most so many permutations of a case at a level, none of them serial (default: run them all). */
  readonly drawn?: { readonly perCase: number; readonly seed: number };
  /** At these levels (default: all). */
  readonly levels?: readonly IsolationLevel[];
  /** Go on after this many failures of a case at a level (default 1). */
  readonly failuresPerCase?: number;
  readonly onProgress?: (histories: number) => void;
  readonly onJudged?: OnJudged;
  /** Where the sessions are in turn: see openHistoryFixture. */
  readonly places?: readonly string[];
}

/** Is told every history that the second checker judged, as transactions over lists. */
export type OnJudged = (transactions: readonly ListTransaction[]) => void;

/** Runs every permutation of every case at every level, in a scratch database that has the design. */
export async function runPermutations(
  url: string,
  design: Design,
  options: PermutationOptions = {},
): Promise<IsolationResult> {
  const { drawn, failuresPerCase = 1, onProgress = () => {} } = options;
  const counts = noRunCounts();
  const second = noOpinion();
  const failures: string[] = [];
  let histories = 0;
  await withFixture(url, design, options.places, async (fixture) => {
    for (const [index, permutedCase] of permutedCases.entries()) {
      if (fixture.topology === citus && !isForCluster(permutedCase)) continue;
      for (const level of options.levels ?? isolationLevels) {
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
          const wrong = await verdictOn(fixture, history, counts, second, options.onJudged);
          if (wrong.length > 0) {
            failures.push([permutedCase.name, describeHistory(history), ...wrong].join('\n'));
            if (++failed >= failuresPerCase) break;
          }
          onProgress(histories);
        }
      }
    }
  });
  return { histories, counts, failures, second };
}

/** Histories that only one checker can judge, for each that both judge, at most: more would be a fault of the generator. */
const mostUnjudged = 10;

/**
 * Runs random histories until one goes wrong, and shrinks that one. The same seed draws the same ones.
 *
 * @throws Error where too few of them can be judged by both checkers
 */
export async function runRandomHistories(
  url: string,
  design: Design,
  options: {
    readonly histories: number;
    /**
     * Count those alone that both checkers judge, and run as many others beside them as are drawn (default:
     * count all). Of a design that keeps no order of opt-outs all are counted.
     */
    readonly judgedByBoth?: boolean;
    readonly seed: number;
    /** The levels of their transactions (default: all of them, mixed). */
    readonly levels?: readonly IsolationLevel[];
    /** Stop shrinking after this time. */
    readonly timeLimitMs?: number;
    readonly onProgress?: (histories: number) => void;
    readonly onJudged?: OnJudged;
    /** Where the sessions are in turn: see openHistoryFixture. */
    readonly places?: readonly string[];
  },
): Promise<IsolationResult> {
  const counts = noRunCounts();
  const second = noOpinion();
  let histories = 0;
  let smallest: string | undefined;
  const deadlineMs = performance.now() + (options.timeLimitMs ?? Number.POSITIVE_INFINITY);
  await withFixture(url, design, options.places, async (fixture) => {
    const mustBeJudged = options.judgedByBoth === true && fixture.keepsOrder;
    const { failed, errorInstance, numSkips } = await fc.check(
      fc.asyncProperty(
        randomHistory(options.levels, fixture.topology === citus),
        async (history) => {
          // a race among free sessions does not repeat exactly: shrinking it may take long
          const isShrinking = smallest !== undefined;
          if (isShrinking && performance.now() > deadlineMs) return;
          histories++;
          const opinion = isShrinking ? noOpinion() : second; // what is shrunk has been counted
          const { judged } = opinion;
          const wrong = await verdictOn(fixture, history, counts, opinion, options.onJudged);
          options.onProgress?.(histories);
          if (wrong.length === 0) {
            if (mustBeJudged) fc.pre(opinion.judged > judged); // one that is not does not count
            return;
          }
          smallest = [describeHistory(history), ...wrong].join('\n'); // shrinking comes to smaller ones
          throw new Error(smallest);
        },
      ),
      { numRuns: options.histories, maxSkipsPerRun: mostUnjudged, seed: options.seed },
    );
    if (failed && smallest === undefined && !wasInterrupted()) {
      throw new Error(`${numSkips} histories could not be judged by both checkers`, {
        cause: errorInstance,
      });
    }
  });
  return { histories, counts, failures: smallest === undefined ? [] : [smallest], second };
}

/** Counts of nothing. */
export function noRunCounts(): RunCounts {
  return { statements: 0, waits: 0, serializationFailures: 0, deadlocks: 0, refusals: 0 };
}

function noOpinion(): SecondOpinion {
  return { judged: 0, optedIn: 0, differences: 0, allowed: new Map() };
}

async function verdictOn(
  fixture: HistoryFixture,
  history: History,
  counts: RunCounts,
  second: SecondOpinion,
  onJudged: OnJudged = () => {},
): Promise<readonly string[]> {
  let ending: Ending;
  try {
    ending = await execute(fixture, history, counts);
  } catch (error) {
    if (wasInterrupted()) throw error; // what ends a session then is not the design's fault
    return [`unexpected: ${messageOf(error)}`]; // an error that no application would retry
  }
  const byFirst = checkHistory(history, ending);
  const transactions = fixture.keepsOrder ? listTransactions(history, ending) : undefined;
  if (transactions === undefined) {
    if (optedInNumbers(history).size === history.before.length) second.optedIn++;
    return byFirst;
  }
  onJudged(transactions);
  second.judged++;
  const anomalies = anomaliesOf(transactions);
  for (const { name, isForbidden } of anomalies) {
    if (!isForbidden) second.allowed.set(name, (second.allowed.get(name) ?? 0) + 1);
  }
  const bySecond = anomalies
    .filter(({ isForbidden }) => isForbidden)
    .map(({ name, explanation }) => `second checker: ${name}: ${explanation}`);
  if ((byFirst.length === 0) !== (bySecond.length === 0)) second.differences++;
  return [...byFirst, ...bySecond];
}

async function withFixture<T>(
  url: string,
  design: Design,
  places: readonly string[] | undefined,
  work: (fixture: HistoryFixture) => Promise<T>,
): Promise<T> {
  const fixture = await openHistoryFixture(url, design, places);
  try {
    return await work(fixture);
  } finally {
    await fixture.close();
  }
}
