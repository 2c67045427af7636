import assert from 'node:assert/strict';
import { it } from 'node:test';
import { TimeLeft } from './time-left.ts';

it('goes by what may be timed until a task has ended, then by how long those took', () => {
  let nowMs = 1_000;
  const left = new TimeLeft(4, 20, () => nowMs);
  assert.equal(left.place, '1 of 4, ');
  assert.equal(left.seconds(15), 15 + 3 * 20);
  nowMs += 50_000;
  left.ended();
  assert.equal(left.place, '2 of 4, ');
  assert.equal(left.seconds(20), 20 + 2 * 50);
  nowMs += 30_000;
  left.ended();
  assert.equal(left.seconds(1), 1 + 40);
  assert.equal(left.text(1), ', about 40 s left');
  nowMs += 10_000;
  left.ended();
  assert.equal(left.seconds(7), 7);
});

it('is not misled by one task that took much longer than the others', () => {
  let nowMs = 0;
  const left = new TimeLeft(23, 3, () => nowMs);
  for (const seconds of [7, 40, 7]) {
    nowMs += seconds * 1_000;
    left.ended();
  }
  assert.equal(left.seconds(5), 5 + 19 * 7);
});

it('does not count time that a task takes beyond what it was given', () => {
  const left = new TimeLeft(2, 20, () => 0);
  assert.equal(left.seconds(-30), 20);
  left.ended();
  assert.equal(left.text(-12), '');
});

it('does not count what is the only one, and does not speak of two seconds', () => {
  const left = new TimeLeft(1, 72, () => 0);
  assert.equal(left.place, '');
  assert.equal(left.text(2), '');
  assert.equal(left.text(68), ', about 1 min 10 s left');
});
