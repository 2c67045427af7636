import fc from 'fast-check';
import { type IsolationLevel, isolationLevels } from '../contract.ts';
import { describeHistory } from './describe.ts';
import {
  type History,
  type PhoneProfile,
  profilesPerPhone,
  type Step,
  type Transaction,
} from './history.ts';

/**
 * Histories at random: one to three numbers near their block, or blocked, two to four sessions, each with one to
 * three transactions. Three in four follow a schedule, and so run the same way again; one in four
 * lets all sessions run at the same time. They shrink to fewer sessions, transactions and statements.
 *
 * @param levels the levels of their transactions
 * @param phonesApart whether a database promises only what is of one number, as a cluster does: one number then,
 *   no moves, no opt-ins, and one row a statement (what becomes of others: db/topologies/citus/commits.test.ts)
 */
export function randomHistory(
  levels: readonly IsolationLevel[] = isolationLevels,
  phonesApart = false,
): fc.Arbitrary<History> {
  return fc
    .array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: phonesApart ? 1 : 3 })
    .chain((before) =>
      fc.record({
        before: fc.constant(before),
        sessions: fc.array(
          fc.array(transaction(before.length, levels, phonesApart), { minLength: 1, maxLength: 3 }),
          {
            minLength: 2,
            maxLength: 4,
          },
        ),
        schedule: fc.option(fc.array(fc.nat({ max: 3 }), { minLength: 4, maxLength: 40 }), {
          nil: undefined,
          freq: 4,
        }),
      }),
    )
    .map((history) => ({ ...history, sessions: history.sessions.map(withOneMove) }))
    .map((history) =>
      Object.defineProperty(history, fc.toStringMethod, {
        value: () => `\n${describeHistory(history)}\n`,
        enumerable: false,
      }),
    );
}

function transaction(
  phones: number,
  levels: readonly IsolationLevel[],
  phonesApart: boolean,
): fc.Arbitrary<Transaction> {
  const steps = step(phones, phonesApart);
  const optIns: fc.Arbitrary<Step> = fc.record({
    kind: fc.constant('opt in' as const),
    phone: fc.nat({ max: phones - 1 }),
    profile: fc.option(fc.nat({ max: profilesPerPhone - 1 }), { nil: null }),
  });
  const mayMix = levels.includes('read committed');
  // a statement by itself has the session's level
  const autocommit = levels.includes('read committed') ? 1 : 0;
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        level: fc.constantFrom(...levels),
        steps: fc.array(steps, { minLength: 1, maxLength: 4 }),
        end: fc.oneof(
          { weight: 4, arbitrary: fc.constant('commit' as const) },
          { weight: 1, arbitrary: fc.constant('rollback' as const) },
        ),
      }),
    },
    {
      weight: autocommit,
      arbitrary: fc.record({
        level: fc.constant('read committed' as const),
        steps: fc.tuple(steps),
        end: fc.constant('autocommit' as const),
      }),
    },
    {
      // an operator's, which are always READ COMMITTED
      weight: phonesApart ? 0 : 1,
      arbitrary: fc.record({
        level: fc.constant('read committed' as const),
        steps: fc.array(mayMix ? fc.oneof({ weight: 2, arbitrary: optIns }, steps) : optIns, {
          minLength: 1,
          maxLength: 3,
        }),
        end: fc.constantFrom('commit' as const, 'commit' as const, 'rollback' as const),
      }),
    },
  );
}

function step(phones: number, phonesApart: boolean): fc.Arbitrary<Step> {
  const phone = fc.nat({ max: phones - 1 });
  const profile = fc.nat({ max: profilesPerPhone - 1 });
  const pair: fc.Arbitrary<PhoneProfile> = fc.record({ phone, profile });
  const one = fc.tuple(pair);
  const batch = fc.uniqueArray(pair, {
    minLength: 1,
    maxLength: phonesApart ? 1 : 4,
    selector: (each) => each.phone * profilesPerPhone + each.profile,
  });
  const someone = fc.option(profile, { nil: null });
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('report' as const), pairs: one }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('report' as const), pairs: batch }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('update' as const), pairs: batch }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('send' as const),
        phones: fc.tuple(phone),
        profile: someone,
      }),
    },
    {
      weight: phonesApart ? 0 : 1,
      arbitrary: fc.record({
        kind: fc.constant('send' as const),
        phones: fc.array(phone, { minLength: 2, maxLength: 4 }),
        profile: someone,
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('read' as const), phone }) },
    {
      weight: phonesApart ? 0 : 1,
      arbitrary: fc.record({ kind: fc.constant('move' as const), phone }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('noise' as const), pair }) },
  );
}

/** Only a session's first move stays one: where its message is already, another would change nothing. */
function withOneMove(transactions: readonly Transaction[]): readonly Transaction[] {
  let hasMoved = false;
  return transactions.map((each) => ({
    ...each,
    steps: each.steps.map((one): Step => {
      if (one.kind !== 'move') return one;
      if (hasMoved) return { kind: 'send', phones: [one.phone], profile: null };
      hasMoved = true;
      return one;
    }),
  }));
}
