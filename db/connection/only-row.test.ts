import assert from 'node:assert/strict';
import { test } from 'node:test';
import { itemAt } from '../item-at.ts';
import { onlyRow } from './only-row.ts';

test('the one row of a query is given back; none, or two, is an error', () => {
  assert.deepEqual(onlyRow({ rows: [{ count: '3' }] }), { count: '3' });
  assert.throws(() => onlyRow({ rows: [] }), /has one row had 0/);
  assert.throws(() => onlyRow({ rows: [{}, {}] }), /has one row had 2/);
});

test('an item that is there is given back, a 0 too; one that is not is an error', () => {
  assert.equal(itemAt([0, 1], 0), 0);
  assert.equal(itemAt(Uint8Array.of(7), 0), 7);
  assert.equal(itemAt([null], 0), null);
  for (const index of [2, -1, 0.5]) {
    assert.throws(() => itemAt([0, 1], index), /there is no item .* of 2/);
  }
});
