import assert from 'node:assert/strict';
import { it } from 'node:test';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { benchDataSet } from './blocked-contacts.ts';
import { createDraw } from './draw.ts';

const dataSet = benchDataSet({ ...defaultDataSet, messages: 5_000 }, 3);

it('both arms of a pair draw the same, the next pair draws something else', () => {
  const drawn = (seed: number): unknown => {
    const draw = createDraw(dataSet, seed);
    return [draw.profiles(50), draw.unblocked(50), draw.blocked(50), draw.own(50)];
  };
  assert.deepEqual(drawn(1), drawn(1));
  assert.notDeepEqual(drawn(1), drawn(2));
});

it('no number is both refused and free, and none of the data set is the own of a bench', () => {
  const draw = createDraw(dataSet, 1);
  const blocked = new Set(draw.blocked(5_000));
  const unblocked = draw.unblocked(5_000);
  const own = draw.own(500);
  assert.equal(unblocked.filter((phone) => blocked.has(phone)).length, 0);
  assert.equal(new Set(own).size, own.length);
  assert.ok(own.every((phone) => /^\+1\d{3}555\d{4}$/.test(phone)));
  assert.ok([...blocked, ...unblocked].every((phone) => !/^\+1\d{3}555/.test(phone)));
});

it('every profile of the data set comes up, and no other', () => {
  const drawn = new Set(createDraw(dataSet, 1).profiles(5_000));
  assert.equal(drawn.size, dataSet.rowCounts.profiles);
});

it('who is blocked follows the database’s threshold: two opt-outs are enough at two, nobody has four', () => {
  const at = (threshold: number) =>
    benchDataSet({ ...defaultDataSet, messages: 5_000 }, threshold).rowCounts.blocked_contacts;
  assert.ok(at(1) > at(2) && at(2) > at(3) && at(3) > 0);
  assert.equal(at(4), 0);
  const drawAt = (threshold: number) =>
    createDraw(benchDataSet({ ...defaultDataSet, messages: 5_000 }, threshold), 1);
  const atThree = new Set(drawAt(3).unblocked(20_000));
  const atTwo = new Set(drawAt(2).blocked(5_000));
  assert.ok([...atTwo].some((phone) => atThree.has(phone)));
  assert.ok(
    drawAt(2)
      .unblocked(5_000)
      .every((phone) => !atTwo.has(phone)),
  );
  assert.throws(() => drawAt(4).blocked(1), /no contact of the data set is blocked.* 4/);
});
