import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseEDNString } from 'edn-data';
import type { IsolationLevel } from '../contract.ts';
import { anomaliesOf } from './anomalies.ts';
import type { Attempt, Ending, StepRecord } from './checker.ts';
import { ednOf } from './edn.ts';
import type { History, Step } from './history.ts';
import { blockedKey, listTransactions, profilesKey } from './list-append.ts';
import type { ListTransaction, Operation } from './transactions.ts';

const report = (...profiles: readonly number[]): Step => ({
  kind: 'report',
  pairs: profiles.map((profile) => ({ phone: 0, profile })),
});
const send: Step = { kind: 'send', phones: [0], profile: 4 };
const history: History = { before: [1], sessions: [[], [], []], schedule: undefined };

/** One attempt that ran from one tick to another, each statement sent and answered on the way. */
function attempt(
  session: number,
  [from, to]: readonly [number, number],
  steps: readonly (Pick<StepRecord, 'step'> & Partial<StepRecord>)[],
  end: 'commit' | 'rollback' = 'commit',
  level: IsolationLevel = 'read committed',
): Attempt {
  return {
    session,
    level,
    startedAt: from,
    steps: steps.map((step, place) => ({
      sentAt: from + (place + 1) / 10,
      answeredAt: from + (place + 1.5) / 10,
      outcome: 'done',
      saw: undefined,
      ...step,
    })),
    commitSentAt: end === 'commit' ? to - 0.1 : undefined,
    committedAt: end === 'commit' ? to : undefined,
    endedAt: to,
  };
}

function transactionsOf(
  attempts: readonly Attempt[],
  optOuts: readonly number[],
  isBlocked: boolean,
): readonly ListTransaction[] {
  const found = listTransactions(history, { attempts, optOuts: [optOuts], isBlocked: [isBlocked] });
  assert.ok(found !== undefined);
  return found;
}

const profiles = profilesKey(0);
const blocked = blockedKey(0);
const append = (key: number, element: number): Operation => ({ f: 'append', key, element });
const read = (key: number, ...list: readonly number[]): Operation => ({ f: 'read', key, list });

describe('a history as transactions over lists', () => {
  const attempts = [
    attempt(0, [0, 1], [{ step: report(1) }, { step: send }]),
    attempt(1, [2, 3], [{ step: report(1, 2) }]),
    attempt(2, [4, 5], [{ step: { kind: 'read', phone: 0 }, saw: [0, 1, 2] }]),
    attempt(0, [6, 7], [{ step: send, outcome: 'refused' }], 'rollback', 'serializable'),
  ];
  const transactions = transactionsOf(attempts, [0, 1, 2], true);

  it('appends each profile once, and the third one blocks', () => {
    assert.deepEqual(
      transactions.map(({ operations }) => operations),
      [
        [append(profiles, 0)],
        [append(profiles, 1), read(blocked)],
        [append(profiles, 2), append(blocked, 1)],
        [read(profiles, 0, 1, 2)],
        [read(blocked, 1)],
        [read(profiles, 0, 1, 2), read(blocked, 1)],
      ],
    );
    assert.deepEqual(anomaliesOf(transactions), []);
  });

  it('takes the reads of a refused transaction as those of a committed one, not SERIALIZABLE', () => {
    const refused = transactions.at(-2);
    assert.equal(refused?.isCommitted, true);
    assert.equal(refused?.level, 'repeatable read');
  });

  it('leaves out what a refused transaction may have read of its own', () => {
    const own = attempt(
      0,
      [0, 1],
      [{ step: report(1, 2) }, { step: send, outcome: 'refused' }],
      'rollback',
    );
    const [, appended, reads] = transactionsOf([own], [0], false);
    assert.equal(appended?.isCommitted, false);
    assert.deepEqual(reads?.operations, []);
  });

  it('reads nothing in the refusal of a batch, which does not say whose it was', () => {
    const batch: Step = { kind: 'send', phones: [0, 1], profile: 4 };
    const refused = attempt(0, [0, 1], [{ step: batch, outcome: 'refused' }], 'rollback');
    const found = listTransactions(
      { ...history, before: [2, 0] },
      { attempts: [refused], optOuts: [[0, 1], []], isBlocked: [false, false] },
    );
    assert.deepEqual(found?.[1]?.operations, []);
  });

  it('takes the rows of one statement in the order in which they were recorded', () => {
    const [, both] = transactionsOf(
      [attempt(0, [0, 1], [{ step: report(2, 1) }])],
      [0, 1, 2],
      true,
    );
    assert.deepEqual(both?.operations, [
      append(profiles, 1),
      append(profiles, 2),
      append(blocked, 1),
    ]);
  });

  it('does not judge where two reports of a profile were in flight at once, each by itself', () => {
    const autocommit = (session: number): Attempt => ({
      ...attempt(session, [0, 1], [{ step: report(1), sentAt: 0, answeredAt: 0.9 }]),
      commitSentAt: 0,
    });
    const ending: Omit<Ending, 'unblockedOrdinals'> = {
      attempts: [autocommit(0), autocommit(1)],
      optOuts: [[0, 1]],
      isBlocked: [false],
    };
    assert.equal(listTransactions(history, ending), undefined);
    assert.equal(listTransactions(history, { ...ending, optOuts: undefined }), undefined);
  });

  it('leaves out a number that is opted in again, and judges the others', () => {
    const optIn: Step = { kind: 'opt in', phone: 0, profile: 0 };
    const sessions = [[{ level: 'read committed', steps: [optIn], end: 'commit' }]] as const;
    const attempts = [
      attempt(0, [0, 1], [{ step: optIn }]),
      attempt(1, [2, 3], [{ step: report(1) }, { step: send }]),
      attempt(2, [4, 5], [{ step: { kind: 'send', phones: [0, 1], profile: 4 } }]),
    ];
    assert.equal(
      listTransactions(
        { ...history, sessions },
        { attempts, optOuts: [[0, 1]], isBlocked: [false] },
      ),
      undefined,
    );
    const found = listTransactions(
      { before: [1, 3], sessions, schedule: undefined },
      {
        attempts,
        optOuts: [
          [0, 1],
          [0, 1, 2],
        ],
        isBlocked: [false, true],
      },
    );
    const other = [profilesKey(1), blockedKey(1)] as const;
    assert.deepEqual(
      found?.map(({ operations }) => operations),
      [
        [append(other[0], 0), append(other[0], 1), append(other[0], 2), append(other[1], 1)],
        [],
        [],
        [read(other[1])],
        [read(other[0], 0, 1, 2), read(other[1], 1)],
      ],
    );
    assert.deepEqual(
      anomaliesOf(found ?? []).map(({ name }) => name),
      ['G-single-realtime'], // it was accepted, and the number was blocked
    );
  });

  it('finds a third opt-out that blocks nobody', () => {
    const lost = [
      attempt(0, [0, 3], [{ step: report(1) }]),
      attempt(1, [1, 4], [{ step: report(2) }]),
    ];
    assert.deepEqual(
      anomaliesOf(transactionsOf(lost, [0, 1, 2], false)).map(({ name }) => name),
      ['G-single'],
    );
  });

  it('finds an opt-out that nobody recorded', () => {
    const found = anomaliesOf(
      transactionsOf([attempt(0, [0, 1], [{ step: report(1) }])], [0], false),
    );
    assert.deepEqual(
      found.map(({ name }) => name),
      ['G-single-realtime'],
    );
  });

  it('finds a refusal by opt-outs that were rolled back', () => {
    const rolledBack = attempt(0, [0, 3], [{ step: report(1, 2) }], 'rollback');
    const refused = attempt(1, [1, 2], [{ step: send, outcome: 'refused' }], 'rollback');
    const names = anomaliesOf(transactionsOf([rolledBack, refused], [0], false)).map(
      ({ name }) => name,
    );
    assert.deepEqual(names, ['garbage-read']);
  });

  it('finds a query that saw an opt-out which was rolled back', () => {
    const rolledBack = attempt(0, [0, 3], [{ step: report(1) }], 'rollback');
    const reader = attempt(1, [1, 2], [{ step: { kind: 'read', phone: 0 }, saw: [0, 1] }]);
    const names = anomaliesOf(transactionsOf([rolledBack, reader], [0], false)).map(
      ({ name }) => name,
    );
    assert.deepEqual(names, ['G1a']);
  });

  it('is written as EDN that a reader of EDN takes, as Elle’s list-append has it', () => {
    const lines = [...ednOf(transactions, 0, 0)];
    lines.push(...ednOf(transactions, 1, lines.length));
    const operations = lines.map(
      (line) =>
        parseEDNString(line, { mapAs: 'object', keywordAs: 'string' }) as {
          index: number;
          type: string;
          process: number;
          f: string;
          value: readonly (readonly [string, number, unknown])[];
        },
    );
    assert.deepEqual(
      operations.map(({ index }) => index),
      [...operations.keys()],
    );
    // the file holds what was judged, twice, under keys of their own
    const completed = operations.filter(({ type }) => type !== 'invoke');
    assert.equal(completed.length, 2 * transactions.length);
    for (const [place, { f, type, value }] of completed.entries()) {
      const transaction = transactions[place % transactions.length];
      const room = 16 * Math.floor(place / transactions.length);
      assert.equal(f, 'txn');
      assert.equal(type, transaction?.isCommitted ? 'ok' : 'fail');
      assert.deepEqual(
        value,
        transaction?.operations.map((each) =>
          each.f === 'append'
            ? ['append', room + each.key, each.element]
            : ['r', room + each.key, each.list],
        ),
      );
    }
    // every process invokes, and then completes what it invoked
    const open = new Map<number, (typeof operations)[number]>();
    for (const operation of operations) {
      const invoked = open.get(operation.process);
      if (operation.type === 'invoke') {
        assert.equal(invoked, undefined);
        open.set(operation.process, operation);
        assert.ok(operation.value.every(([f, , list]) => f === 'append' || list === null));
      } else {
        assert.deepEqual(
          invoked?.value.map(([f, key]) => [f, key]),
          operation.value.map(([f, key]) => [f, key]),
        );
        open.delete(operation.process);
      }
    }
    assert.equal(open.size, 0);
  });

  it('is written in the order of the clock', () => {
    const [first, second] = [
      attempt(0, [0, 3], [{ step: report(1) }]),
      attempt(1, [1, 2], [{ step: report(2) }], 'rollback'),
    ];
    const lines = ednOf(transactionsOf([first, second], [0, 1], false), 0, 0);
    assert.deepEqual(
      lines.map((line) => /:type :(\w+), :process (\d+)/.exec(line)?.slice(1).join(' ')),
      ['invoke 0', 'ok 0', 'invoke 1', 'invoke 2', 'fail 2', 'ok 1', 'invoke 0', 'ok 0'],
    );
  });
});
