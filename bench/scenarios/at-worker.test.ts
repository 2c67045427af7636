import assert from 'node:assert/strict';
import { it } from 'node:test';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { hashText } from '../load/client/node-of-number.ts';
import { drawFrom } from './at-worker.ts';
import { benchDataSet } from './blocked-contacts.ts';
import { createDraw } from './draw.ts';

const dataSet = benchDataSet({ ...defaultDataSet, messages: 5_000 }, 3);

it('numbers drawn for some shards are theirs, still refused or free, and own ones differ', () => {
  const shards = [
    { from: -(2 ** 31), to: -(2 ** 31) + 2 ** 27 - 1 },
    { from: 2 ** 27, to: 2 ** 28 - 1 },
  ];
  const draw = drawFrom(shards, createDraw(dataSet, 1));
  const drawn = { blocked: draw.blocked(50), unblocked: draw.unblocked(50), own: draw.own(200) };
  for (const phone of Object.values(drawn).flat()) {
    const hash = hashText(phone);
    assert.ok(
      shards.some(({ from, to }) => from <= hash && hash <= to),
      `${phone}: ${hash}`,
    );
  }
  const blocked = new Set(createDraw(dataSet, 2).blocked(20_000));
  assert.ok(drawn.blocked.every((phone) => blocked.has(phone)));
  assert.ok(drawn.unblocked.every((phone) => !blocked.has(phone)));
  assert.equal(new Set(drawn.own).size, 200);
  assert.deepEqual([drawn.blocked.length, drawn.unblocked.length], [50, 50]);
});
