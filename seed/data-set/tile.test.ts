import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  buildTile,
  columnCount,
  contactsPerTile,
  messagesPerTile,
  noProfile,
  reportOutcomes,
  windowCount,
} from './tile.ts';

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

  it('fills every cell, and no contact has two messages in one window', () => {
    assert.equal(tile.contact.length, messagesPerTile);
    assert.equal(new Set(tile.contact).size, contactsPerTile);
    for (let window = 0; window < windowCount; window++) {
      const contacts = tile.contact.subarray(window * columnCount, (window + 1) * columnCount);
      assert.equal(new Set(contacts).size, columnCount);
    }
  });

  it('gives a few contacts many messages and most a few', () => {
    const counts = tile.cellsOfContact.map((own) => own.length).sort((a, b) => b - a);
    assert.equal(counts[0], windowCount);
    assert.ok((counts[contactsPerTile / 2] ?? 0) <= 3);
    assert.equal(counts.at(-1), 1);
  });

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
});
