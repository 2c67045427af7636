import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IsolationLevel } from '../contract.ts';
import { type Attempt, checkHistory, type StepRecord } from './checker.ts';
import type { History, Step } from './history.ts';

/* What the first checker makes of opt-ins, in histories that are written down by hand. */

const report = (profile: number): Step => ({ kind: 'report', pairs: [{ phone: 0, profile }] });
const update = (profile: number): Step => ({ kind: 'update', pairs: [{ phone: 0, profile }] });
const optIn = (profile: number | null): Step => ({ kind: 'opt in', phone: 0, profile });
const send: Step = { kind: 'send', phones: [0], profile: 4 };

/** An attempt that began, ran its one statement and ended between two ticks. */
function attempt(
  [from, to]: readonly [number, number],
  step: Step,
  more: { level?: IsolationLevel; sentAt?: number; outcome?: StepRecord['outcome'] } = {},
): Attempt {
  const { level = 'read committed', sentAt = from + 0.1, outcome = 'done' } = more;
  const isCommitted = outcome === 'done';
  return {
    session: 0,
    level,
    startedAt: from,
    steps: [{ step, sentAt, answeredAt: to - 0.2, outcome, saw: undefined }],
    commitSentAt: isCommitted ? to - 0.1 : undefined,
    committedAt: isCommitted ? to : undefined,
    endedAt: to,
  };
}

/** What is wrong where so many opted out before, these were tried, and these opt-outs are there at the end. */
function wrongWith(
  before: number,
  attempts: readonly Attempt[],
  optOuts: readonly number[],
  isBlocked = optOuts.length >= 3,
  unblockedOrdinals: readonly number[] = [],
): readonly string[] {
  const history: History = { before: [before], sessions: [], schedule: undefined };
  return checkHistory(history, {
    attempts,
    optOuts: [optOuts],
    isBlocked: [isBlocked],
    unblockedOrdinals,
  });
}

describe('an opt-in, to the first checker', () => {
  it('takes the opt-out that was acknowledged before it began, and no other', () => {
    const one = [attempt([0, 1], optIn(0))];
    assert.deepEqual(wrongWith(3, one, [1, 2]), []);
    assert.deepEqual(wrongWith(3, one, [0, 1, 2], false), [
      'n0: opt_outs has the profiles 0,1,2, not 1,2',
    ]);
    assert.deepEqual(wrongWith(3, one, [2]), ['n0: opt_outs has the profiles 2, not 1,2']);
    assert.deepEqual(wrongWith(3, [attempt([0, 1], optIn(null))], []), []);
    assert.equal(wrongWith(3, [attempt([0, 1], optIn(null))], [2]).length, 1);
  });

  it('unblocks, and a later report blocks again', () => {
    const one = attempt([0, 1], optIn(0));
    assert.deepEqual(wrongWith(3, [one], [1, 2], true), [
      'n0: 2 profiles have a committed 21610, and it is blocked',
    ]);
    assert.deepEqual(wrongWith(3, [one], [1, 2], false, [0]), [
      'n0: an opt-out has an ordinal that blocks, and there is no block',
    ]);
    const again = [one, attempt([2, 3], report(0))];
    assert.deepEqual(wrongWith(3, again, [1, 2, 0]), []);
    assert.equal(wrongWith(3, again, [1, 2]).length, 2);
  });

  it('comes before or after what is under way at the same moment, and the block must fit', () => {
    const both = [attempt([0, 3], optIn(0)), attempt([1, 2], report(0))];
    assert.deepEqual(wrongWith(3, both, [1, 2]), []);
    assert.deepEqual(wrongWith(3, both, [1, 2, 0]), []);
    assert.deepEqual(wrongWith(3, both, [1, 2, 0], false), [
      'n0: opt_outs has 3 profiles, and it is not blocked',
    ]);
    assert.deepEqual(wrongWith(3, both, [1, 2], true), [
      'n0: opt_outs has 2 profiles, and it is blocked',
    ]);
  });

  it('may cover a report whose snapshot is older, above READ COMMITTED only', () => {
    const old = { sentAt: 2, level: 'repeatable read' } as const;
    const during = attempt([0.5, 0.8], optIn(0));
    assert.deepEqual(wrongWith(3, [during, attempt([0, 3], report(0), old)], [1, 2]), []);
    const fresh = { ...old, level: 'read committed' } as const;
    assert.equal(wrongWith(3, [during, attempt([0, 3], report(0), fresh)], [1, 2]).length, 2);
  });

  it('covers a report that had its code before, and not one that gets it later', () => {
    const one = attempt([2, 3], optIn(2));
    assert.deepEqual(wrongWith(2, [attempt([0, 1], update(2)), one], [0, 1]), []);
    assert.deepEqual(wrongWith(2, [one, attempt([4, 5], update(2))], [0, 1, 2]), []);
    const twice = [attempt([0, 1], update(2)), one, attempt([4, 5], update(2))];
    assert.deepEqual(wrongWith(2, twice, [0, 1]), []);
    assert.equal(wrongWith(2, twice, [0, 1, 2]).length, 2);
  });

  it('lets messages go that begin after it, and refuses none by what it took', () => {
    const one = attempt([1, 2], optIn(0));
    const [sent, refused] = [attempt([3, 4], send), attempt([3, 4], send, { outcome: 'refused' })];
    assert.deepEqual(wrongWith(3, [one, sent], [1, 2]), []);
    assert.deepEqual(wrongWith(3, [one, refused], [1, 2]), [
      's0, read committed: a message to n0 was refused, and fewer than 3 profiles were told 21610',
    ]);
    const early = attempt([0.1, 0.9], send);
    assert.deepEqual(wrongWith(3, [early, one], [1, 2]), [
      's0, read committed: a message to n0 was accepted, and began after the block was acknowledged',
    ]);
    for (const outcome of ['done', 'refused'] as const) {
      assert.deepEqual(wrongWith(3, [one, attempt([1.5, 4], send, { outcome })], [1, 2]), []);
    }
  });
});
