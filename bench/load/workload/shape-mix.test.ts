import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { summarise } from '../../../seed/shape/summarise.ts';
import type { Times } from '../../../seed/shape/tally.ts';
import { type TestContact, tallyOf } from '../../../seed/shape/testing/tally-of.ts';
import { reportsPerSend, validateMix } from './mix.ts';
import { mixOfShape } from './shape-mix.ts';

const contact: TestContact = { messages: 4, optedOut: 0, delivered: 2, optOuts: 0, profiles: 1 };
const blocked: TestContact = { messages: 4, optedOut: 3, delivered: 0, optOuts: 3, profiles: 3 };
const many = (count: number, one: TestContact): TestContact[] =>
  Array.from({ length: count }, () => one);
const shapeOf = (contacts: readonly TestContact[], times?: Times) =>
  summarise({ ...tallyOf(contacts), times }, { kind: 'database', server: '18.4', tables: 'lab' });

describe('the mix of a shape', () => {
  it('is a mix, with its blocked numbers and its reports', () => {
    const mix = validateMix(mixOfShape(shapeOf([...many(900, contact), ...many(100, blocked)])));
    assert.equal(mix.blockedShare, 0.1);
    assert.equal(mix.freshSendsPerNumber, 4);
    assert.equal(mix.numbers, 'uniform');
    assert.equal(mix.burst, undefined);
    // opted out 300 of 4,000, delivered 1,800 of the 3,700 others
    assert.ok(Math.abs(mix.freshShare * mix.optOutShare - 0.075) < 1e-9);
    assert.ok(Math.abs(mix.deliveredShare - 1_800 / 3_700) < 1e-3);
    assert.ok(reportsPerSend(mix) > 0.4);
  });

  it('is one where everybody is blocked, and one where nobody is', () => {
    for (const contacts of [many(50, blocked), many(50, { ...contact, delivered: 0 })]) {
      const mix = validateMix(mixOfShape(shapeOf(contacts)));
      assert.ok(mix.blockedShare + mix.freshShare <= 1);
    }
  });

  it('has bursts where messages are more crowded by the second than by the hour', () => {
    const times: Times = {
      messages: 4_000,
      firstMs: 0,
      lastMs: 3_600_000 * 10 - 1,
      hours: [{ value: 0, contacts: 1_000, amount: 4_000 }],
      // 36,000 seconds and 10 hours: 8 and 2 times the pairs of an even rate
      pairs: { second: (8 * 4_000 ** 2) / 36_000, minute: 0, hour: (2 * 4_000 ** 2) / 10 },
      batchPairs: 0,
      profileMessages: 4_000,
    };
    assert.equal(validateMix(mixOfShape(shapeOf(many(1_000, contact), times))).burst, 4);
  });
});
