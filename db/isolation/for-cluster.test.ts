import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { History } from './history.ts';
import { isForCluster, permutedCases } from './permutations.ts';
import { randomHistory } from './random-history.ts';

const drawn = (phonesApart: boolean): readonly History[] =>
  fc.sample(randomHistory(undefined, phonesApart), { numRuns: 500, seed: 7 });

const kindsOf = (histories: readonly History[]): ReadonlySet<string> =>
  new Set(
    histories.flatMap(({ sessions }) =>
      sessions.flatMap((transactions) =>
        transactions.flatMap(({ steps }) => steps.map(({ kind }) => kind)),
      ),
    ),
  );

describe('histories for a cluster', () => {
  it('are of one number, which nothing is moved to and which never opts in', () => {
    const histories = drawn(true);
    assert.ok(histories.every(({ before }) => before.length === 1));
    assert.deepEqual([...kindsOf(histories)].sort(), ['noise', 'read', 'report', 'send', 'update']);
  });

  it('leave out what those of one server have', () => {
    const kinds = kindsOf(drawn(false));
    for (const kind of ['move', 'opt in']) assert.ok(kinds.has(kind), kind);
  });

  it('are those permuted cases that need neither', () => {
    const cases = permutedCases.filter(isForCluster);
    assert.ok(cases.length > 0);
    for (const { before, sessions } of cases) {
      assert.equal(before.length, 1);
      const kinds = sessions.flatMap(({ steps }) => steps.map(({ kind }) => kind));
      assert.ok(!kinds.includes('move') && !kinds.includes('opt in'));
    }
  });
});
