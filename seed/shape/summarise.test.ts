import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { RandomSequence } from '../data-set/counter-random.ts';
import type { Estimate, Shape } from './shape.ts';
import { summarise } from './summarise.ts';
import { type TestContact, tallyOf } from './testing/tally-of.ts';

const source = { kind: 'database', server: '18.4', tables: 'lab' } as const;
const shapeOf = (contacts: readonly TestContact[], share?: number): Shape =>
  summarise(tallyOf(contacts, share), source);
const many = (count: number, contact: Partial<TestContact>): TestContact[] =>
  Array.from({ length: count }, () => ({
    messages: 4,
    optedOut: 0,
    delivered: 1,
    optOuts: 0,
    profiles: 1,
    ...contact,
  }));
const blocked = { optedOut: 3, optOuts: 3, profiles: 3 };

describe('a shape', () => {
  it('is refused for fewer contacts than the smallest group', () => {
    assert.throws(
      () => shapeOf(many(19, {})),
      (error) => error instanceof UserError && /fewer than 20 contacts/.test(error.message),
    );
    assert.equal(shapeOf(many(20, {})).sample.contacts, 20);
  });

  it('is exact where every contact was looked at', () => {
    const { contacts, messages, reports } = shapeOf([
      ...many(900, {}),
      ...many(100, { ...blocked, messages: 14 }),
    ]);
    const exactly = (value: number): Estimate => ({ value, low: value, high: value });
    const fewerThanTold = { value: 0, low: 0, high: 20 / 1_000 };
    assert.deepEqual(messages.total, exactly(5_000));
    assert.deepEqual(contacts.total, exactly(1_000));
    assert.deepEqual(contacts.blocked, exactly(0.1));
    assert.deepEqual(contacts.messages.mean, exactly(5));
    assert.deepEqual(reports.optedOut.perMessage, exactly(300 / 5_000));
    assert.deepEqual(contacts.optOuts, [
      { count: 0, share: exactly(0.9) },
      { count: 1, share: fewerThanTold },
      { count: 2, share: fewerThanTold },
      { count: 3, orMore: true, share: exactly(0.1) },
    ]);
  });

  it('counts what is so for fewer contacts than the smallest group as so for none', () => {
    const { contacts, reports } = shapeOf([...many(981, {}), ...many(19, blocked)]);
    assert.deepEqual(contacts.blocked, { value: 0, low: 0, high: 0.02 });
    assert.equal(reports.optedOut.perMessage.value, 0);
    assert.deepEqual(
      contacts.optOuts.map(({ share }) => share.value),
      [1],
    );
    assert.deepEqual(
      contacts.profiles.map(({ share }) => share.value),
      [0, 1],
    );
  });

  it('tells of as many as the smallest group', () => {
    const { contacts } = shapeOf([...many(980, {}), ...many(20, blocked)]);
    assert.equal(contacts.blocked.value, 0.02);
    assert.equal(contacts.optOuts.at(-1)?.share.value, 0.02);
  });

  it('leaves the tail out that fewer contacts than the smallest group are in', () => {
    const told = shapeOf(many(400, {})).contacts.messages.quantiles.map(({ at }) => at);
    assert.equal(told[0], 0.05); // 20 of 400 are below it
    assert.equal(told.at(-1), 0.95);
    assert.deepEqual(shapeOf(many(39, {})).contacts.messages.quantiles, []);
  });

  it('has intervals that hold the truth as often as they say', () => {
    const random = new RandomSequence(2_024);
    const everybody = Array.from({ length: 20_000 }, (): TestContact => {
      const messages = 1 + Math.floor(2 / (random.share() + 0.02)); // a heavy tail
      const isBlocked = messages >= 3 && random.share() < 0.1;
      return {
        messages,
        optedOut: isBlocked ? 3 : 0,
        delivered: random.below(messages + 1),
        optOuts: isBlocked ? 3 : 0,
        profiles: 1,
      };
    });
    const truth = shapeOf(everybody);
    const figures: readonly ((shape: Shape) => Estimate)[] = [
      ({ messages }) => messages.total,
      ({ contacts }) => contacts.total,
      ({ contacts }) => contacts.blocked,
      ({ contacts }) => contacts.messages.mean,
      ({ reports }) => reports.delivered.perMessage,
      ({ reports }) => reports.optedOut.perMessage,
    ];
    const draws = 200;
    const held = figures.map(() => 0);
    for (let draw = 0; draw < draws; draw++) {
      const shape = shapeOf(
        everybody.filter(() => random.share() < 1 / 8),
        1 / 8,
      );
      for (const [index, figure] of figures.entries()) {
        const { low, high } = figure(shape);
        const { value } = figure(truth);
        if (value >= low && value <= high) held[index] = (held[index] ?? 0) + 1;
      }
    }
    // 190 of 200 on average; with 177 or fewer of an interval that keeps its word once in 10,000 times
    assert.ok(
      held.every((count) => count >= 177 && count < draws),
      `of ${draws} intervals these held the truth: ${held.join(', ')}`,
    );
  });
});
