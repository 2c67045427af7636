import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shapedPlan } from './data-set-shape.ts';
import { unevenShape } from './testing/uneven-shape.ts';
import { buildTile, noProfile, reportOutcomes } from './tile.ts';
import { columnCount, contactsPerTile, messagesPerTile, windowCount } from './tile-plan.ts';

describe('the tile', () => {
  const tile = buildTile();
  const cells = [...Array(messagesPerTile).keys()];
  const count = (outcome: number): number =>
    cells.filter((cell) => tile.outcome[cell] === outcome).length;

  it('is the same whenever it is built', () => {
    assert.deepEqual(buildTile(), tile);
  });

  it('holds 300 reports of 21610, 270 of them opt-outs, and blocks 40 contacts', () => {
    assert.equal(count(reportOutcomes.optOut), 270);
    assert.equal(count(reportOutcomes.repeat) + count(reportOutcomes.unsigned), 30);
    assert.equal(tile.contactsByStanding[3].length, 40);
    assert.equal(tile.quietCells.length, 700);
    assert.equal(new Set(tile.quietCells).size, 700);
  });

  it('gives a few contacts many messages and most a few', () => {
    const counts = tile.cellsOfContact.map((own) => own.length).sort((a, b) => b - a);
    assert.equal(counts[0], windowCount);
    assert.ok((counts[contactsPerTile / 2] ?? 0) <= 3);
    assert.equal(counts.at(-1), 1);
  });
});

for (const [what, tile] of [
  ['the tile', buildTile()],
  ['a shaped tile', buildTile(shapedPlan(unevenShape))],
] as const) {
  describe(`${what}, whatever its plan,`, () => {
    it('tells of each contact a story that the triggers would agree with', () => {
      for (const [contact, own] of tile.cellsOfContact.entries()) {
        const optedOut = new Set<number>();
        for (const cell of own) {
          const slot = tile.slot[cell] ?? noProfile;
          assert.ok(optedOut.size < 3, 'no message follows the block');
          if (tile.outcome[cell] === reportOutcomes.optOut) {
            assert.ok(!optedOut.has(slot));
            optedOut.add(slot);
            assert.equal(tile.ordinal[cell], optedOut.size);
          } else {
            assert.equal(tile.ordinal[cell], 0);
            assert.equal(optedOut.has(slot), tile.outcome[cell] === reportOutcomes.repeat);
          }
          if (tile.outcome[cell] === reportOutcomes.unsigned) assert.equal(slot, noProfile);
        }
        assert.equal(optedOut.size, tile.standings[contact]);
      }
    });

    it('fills every cell, and no contact has two messages in one window', () => {
      assert.equal(tile.contact.length, tile.messages);
      assert.equal(new Set(tile.contact).size, tile.contacts);
      for (let window = 0; window < tile.windows; window++) {
        const contacts = tile.contact.subarray(window * columnCount, (window + 1) * columnCount);
        assert.equal(new Set(contacts).size, columnCount);
      }
    });
  });
}

describe('a shaped tile', () => {
  const tile = buildTile(shapedPlan(unevenShape));
  const count = (outcome: number): number =>
    tile.outcome.reduce((sum, one) => (one === outcome ? sum + 1 : sum), 0);

  it('has what its shape says, in 10,000 messages', () => {
    assert.equal(tile.messages, 10_000);
    assert.equal(tile.contacts, 2_000);
    assert.deepEqual(
      ([1, 2, 3] as const).map((standing) => tile.contactsByStanding[standing].length),
      [200, 100, 60],
    );
    assert.equal(count(reportOutcomes.repeat), 50);
    assert.equal(count(reportOutcomes.unsigned), 10);
    const counts = tile.cellsOfContact.map((own) => own.length).sort((a, b) => a - b);
    assert.equal(counts[999], 2);
    assert.ok((counts[1_980] ?? 0) >= 40, `the busiest hundredth get ${counts[1_980]}`);
  });

  it('lets as many profiles write to a contact as its shape says', () => {
    const heard = tile.cellsOfContact.map(
      (own) =>
        new Set(own.map((cell) => tile.slot[cell]).filter((slot) => slot !== noProfile)).size,
    );
    const share = (profiles: number): number =>
      heard.filter((one) => one === profiles).length / tile.contacts;
    assert.ok(Math.abs(share(1) - 0.5) < 0.02, `${share(1)} hear from one`);
    assert.ok(Math.abs(share(2) - 0.3) < 0.02, `${share(2)} hear from two`);
  });

  it('can be of contacts with one message each, and of few with hundreds', () => {
    const one = { mean: 1, quantiles: [[0.5, 1]] } as const;
    const single = buildTile(shapedPlan({ ...unevenShape, ...none, messagesPerContact: one }));
    assert.equal(single.contacts, 10_000);
    const much = { mean: 400, quantiles: [[0.5, 400]] } as const;
    const busy = buildTile(shapedPlan({ ...unevenShape, messagesPerContact: much }));
    assert.equal(busy.contacts, 25);
    assert.ok(busy.cellsOfContact.every((own) => own.length >= 300));
  });
});

/** Nobody opts out: with one message each nobody could three times. */
const none = { optOuts: { 1: 0, 2: 0, 3: 0 }, repeats: 0 };
