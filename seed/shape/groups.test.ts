import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { fuzzed } from '../../db/testing/fuzz.ts';
import { groupsOf, valueAt } from './groups.ts';
import { smallestGroup } from './shape.ts';
import type { Bar } from './tally.ts';

const bars = fc.array(
  fc.record({
    value: fc.nat({ max: 1_000 }),
    contacts: fc.integer({ min: 1, max: 60 }),
    amount: fc.integer({ min: 1, max: 500 }),
  }),
  { maxLength: 40 },
);
const amountOf = (some: readonly Bar[]): number =>
  some.reduce((sum, { amount }) => sum + amount, 0);

describe('groups', () => {
  it('are large enough, and lose nothing, where contacts add up', () => {
    fc.assert(
      fc.property(bars, (some) => {
        const groups = groupsOf(some, 'disjoint');
        const contacts = some.reduce((sum, bar) => sum + bar.contacts, 0);
        assert.equal(groups.length === 0, contacts < smallestGroup);
        assert.ok(groups.every((group) => group.contacts >= smallestGroup));
        if (groups.length > 0) assert.equal(amountOf(groups), amountOf(some));
      }),
      fuzzed(500),
    );
  });

  it('hold a bar that is large enough alone, where contacts may be in several', () => {
    fc.assert(
      fc.property(bars, (some) => {
        const groups = groupsOf(some, 'overlapping');
        assert.equal(
          groups.length === 0,
          some.every(({ contacts }) => contacts < smallestGroup),
        );
        assert.ok(groups.every((group) => group.contacts >= smallestGroup));
        if (groups.length > 0) assert.equal(amountOf(groups), amountOf(some));
      }),
      fuzzed(500),
    );
  });

  it('do not take thirty reports of one contact for thirty contacts', () => {
    const ofOne = Array.from({ length: 30 }, (_, value) => ({ value, contacts: 1, amount: 1 }));
    assert.deepEqual(groupsOf(ofOne, 'overlapping'), []);
  });

  it('tell the mean in place of a value that is one contact’s', () => {
    const groups = groupsOf(
      [
        { value: 2, contacts: 30, amount: 30 },
        { value: 4, contacts: 19, amount: 19 },
        { value: 400, contacts: 1, amount: 1 },
      ],
      'disjoint',
    );
    assert.deepEqual(groups, [
      { value: 2, contacts: 30, amount: 30 },
      { value: (4 * 19 + 400) / 20, contacts: 20, amount: 20 },
    ]);
    assert.equal(valueAt(groups, 0.5), 2);
    assert.equal(valueAt(groups, 0.6), 2);
    assert.equal(valueAt(groups, 0.61), 23.8);
    assert.equal(valueAt(groups, 1), 23.8);
  });
});
