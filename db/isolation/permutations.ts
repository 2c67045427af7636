import fc from 'fast-check';
import type { IsolationLevel } from '../contract.ts';
import { type History, type Step, statementsOf, type Transaction } from './history.ts';

/** Some sessions whose every permutation is run, and the sentence that says why. */
export interface PermutedCase {
  readonly name: string;
  readonly before: readonly number[];
  /** Each session's statements between begin and end; `level` where it is not the permutation's. */
  readonly sessions: readonly {
    readonly steps: readonly Step[];
    readonly end: 'commit' | 'rollback';
    readonly level?: IsolationLevel;
  }[];
  /** Sessions that differ in nothing but the profile: only one order of their begins is run. */
  readonly alike: readonly number[];
}

/** Whether a case is about one number alone, to which nothing is moved and which never opts in: what a cluster promises. */
export function isForCluster({ before, sessions }: PermutedCase): boolean {
  const isThere = ({ kind }: Step): boolean => kind !== 'move' && kind !== 'opt in';
  return before.length === 1 && sessions.every(({ steps }) => steps.every(isThere));
}

const report = (profile: number, phone = 0): Step => ({
  kind: 'report',
  pairs: [{ phone, profile }],
});
const send: Step = { kind: 'send', phones: [0], profile: 4 };
const commit = (...steps: readonly Step[]) => ({ steps, end: 'commit' }) as const;
const rollback = (...steps: readonly Step[]) => ({ steps, end: 'rollback' }) as const;
const optIn = (profile: number | null, end: 'commit' | 'rollback' = 'commit') =>
  ({
    level: 'read committed',
    steps: [{ kind: 'opt in', phone: 0, profile }],
    end,
  }) as const;

/** The cases of two and three sessions. */
export const permutedCases: readonly PermutedCase[] = [
  {
    name: 'the second and the third profile at the same moment',
    before: [1],
    sessions: [commit(report(1)), commit(report(2))],
    alike: [0, 1],
  },
  {
    name: 'the same profile twice at the same moment counts once',
    before: [1],
    sessions: [commit(report(1)), commit(report(1))],
    alike: [0, 1],
  },
  {
    name: 'the third profile, and messages before and after it',
    before: [2],
    sessions: [commit(report(2)), commit(send, send)],
    alike: [],
  },
  {
    name: 'one of two reporters rolls back: the other counts as if it had been alone',
    before: [1],
    sessions: [rollback(report(1)), commit(report(2))],
    alike: [],
  },
  {
    name: 'a reporter that rolls back blocks nobody, and is waited for',
    before: [2],
    sessions: [rollback(report(2)), commit(report(2), send)],
    alike: [],
  },
  {
    name: 'two reports that were stored without a code get it at the same moment',
    before: [1],
    sessions: [
      commit({ kind: 'update', pairs: [{ phone: 0, profile: 1 }] }),
      commit({ kind: 'update', pairs: [{ phone: 0, profile: 2 }] }),
    ],
    alike: [0, 1],
  },
  {
    name: 'two numbers in different orders, one statement each: a deadlock is retried',
    before: [1, 1],
    sessions: [commit(report(1, 0), report(1, 1)), commit(report(2, 1), report(2, 0))],
    alike: [],
  },
  {
    name: 'two numbers in different orders, in one statement',
    before: [1, 1],
    sessions: [
      commit({
        kind: 'report',
        pairs: [
          { phone: 0, profile: 1 },
          { phone: 1, profile: 1 },
        ],
      }),
      commit({
        kind: 'report',
        pairs: [
          { phone: 1, profile: 2 },
          { phone: 0, profile: 2 },
        ],
      }),
    ],
    alike: [],
  },
  {
    name: 'a message is moved to a number that the third profile blocks',
    before: [2],
    sessions: [commit(report(2)), commit({ kind: 'move', phone: 0 })],
    alike: [],
  },
  {
    name: 'three first profiles at the same moment',
    before: [0],
    sessions: [commit(report(0)), commit(report(1)), commit(report(2))],
    alike: [0, 1, 2],
  },
  {
    name: 'the second and the third profile, and a message meanwhile',
    before: [1],
    sessions: [commit(report(1)), commit(report(2)), commit(send)],
    alike: [0, 1],
  },
  {
    name: 'the third profile twice, once rolled back, and a message meanwhile',
    before: [2],
    sessions: [rollback(report(2)), commit(report(2)), commit(send)],
    alike: [],
  },
  {
    name: 'an opt-in and a report of the same profile: the later of the two holds',
    before: [3],
    sessions: [optIn(0), commit(report(0), send)],
    alike: [],
  },
  {
    name: 'an opt-in of one of two, and the third profile',
    before: [2],
    sessions: [optIn(0), commit(report(2), send)],
    alike: [],
  },
  {
    name: 'an opt-in of one of three, and a fourth profile that finds the number blocked',
    before: [3],
    sessions: [optIn(0), commit(report(3), send)],
    alike: [],
  },
  {
    name: 'an opt-in that rolls back, and the third profile',
    before: [2],
    sessions: [optIn(0, 'rollback'), commit(report(2))],
    alike: [],
  },
  {
    name: 'an opt-in that unblocks, and messages before and after it',
    before: [3],
    sessions: [optIn(0), commit(send, send)],
    alike: [],
  },
  {
    name: 'two opt-ins at the same moment, of four opt-outs',
    before: [4],
    sessions: [optIn(0), optIn(1)],
    alike: [],
  },
  {
    name: 'two opt-ins at the same moment, of three opt-outs, while a fourth comes: the last of them counts what is left',
    before: [3],
    sessions: [optIn(0), optIn(1), commit(report(3))],
    alike: [0, 1],
  },
  {
    name: 'the last opt-out goes while two others come: whoever saw it counts it no more',
    before: [1],
    sessions: [optIn(0), commit(report(1)), commit(report(2))],
    alike: [1, 2],
  },
  {
    name: 'an opt-in of the last of two while two others come: its ordinal is free again',
    before: [2],
    sessions: [optIn(1), commit(report(2)), commit(report(3))],
    alike: [1, 2],
  },
  {
    name: 'an opt-in everywhere, the same profile and another one',
    before: [3],
    sessions: [optIn(null), commit(report(0)), commit(report(3))],
    alike: [],
  },
  {
    name: 'a report gets its 21610, the contact opts in, and the report is updated again',
    before: [2],
    sessions: [
      commit({ kind: 'update', pairs: [{ phone: 0, profile: 2 }] }),
      optIn(2),
      commit({ kind: 'update', pairs: [{ phone: 0, profile: 2 }] }),
    ],
    alike: [],
  },
];

/**
 * Some of a case's permutations at one level, drawn by a seed. Those in which the sessions run one
 * after another are left out: they show nothing that one session alone does not.
 */
export function drawPermutations(
  permutedCase: PermutedCase,
  level: IsolationLevel,
  most: number,
  seed: number,
): readonly History[] {
  const concurrent = [...permutationsOf(permutedCase, level)].filter((each) => !isSerial(each));
  const length = Math.min(most, concurrent.length);
  const subsets = fc.shuffledSubarray(concurrent, { minLength: length, maxLength: length });
  return fc.sample(subsets, { seed, numRuns: 1 }).flat();
}

/** Whether each session ends before the next one begins. */
export function isSerial({ schedule = [] }: Pick<History, 'schedule'>): boolean {
  const turns = schedule.filter((session, index) => session !== schedule[index - 1]);
  return turns.length === new Set(turns).size;
}

/** Every permutation of a case at one level, as histories. */
export function* permutationsOf(
  permutedCase: PermutedCase,
  level: IsolationLevel,
): Generator<History> {
  const sessions = permutedCase.sessions.map((session): Transaction[] => [{ level, ...session }]);
  const lengths = sessions.map(([only]) => (only === undefined ? 0 : statementsOf(only).length));
  for (const schedule of schedules(lengths)) {
    const begins = permutedCase.alike.map((session) => schedule.indexOf(session));
    if (begins.some((begin, index) => begin < (begins[index - 1] ?? -1))) continue;
    yield { before: permutedCase.before, sessions, schedule };
  }
}

function* schedules(
  remaining: readonly number[],
  chosen: readonly number[] = [],
): Generator<number[]> {
  if (remaining.every((count) => count === 0)) {
    yield [...chosen];
    return;
  }
  for (const [session, count] of remaining.entries()) {
    if (count === 0) continue;
    yield* schedules(remaining.with(session, count - 1), [...chosen, session]);
  }
}
