import assert from 'node:assert/strict';
import { it } from 'node:test';
import { changePoints } from './change-points.ts';
import { Draws } from './random.ts';

const series = (draws: Draws, ...levels: readonly (readonly [count: number, level: number])[]) =>
  levels.flatMap(([count, level]) => Array.from({ length: count }, () => level + draws.normal()));

it('finds where a level changes, and again in the parts', () => {
  const draws = new Draws(1, 'change points');
  const found = changePoints(series(draws, [12, 0], [12, 8], [12, -8]));
  assert.deepEqual(
    found.map(({ at }) => at),
    [12, 24],
  );
  for (const { p } of found) assert.ok(p < 0.01);
});

it('takes one outlier for none', () => {
  const draws = new Draws(2, 'change points');
  const values = series(draws, [20, 0]);
  values[9] = 1_000;
  assert.deepEqual(changePoints(values), []);
});

it('finds one in at most as many steady series as its level says', () => {
  const draws = new Draws(3, 'change points');
  const tried = 2_000;
  let wrong = 0;
  for (let i = 0; i < tried; i++) if (changePoints(series(draws, [20, 0])).length > 0) wrong++;
  assert.ok(wrong <= 0.05 * tried, `${wrong} of ${tried}`);
  assert.ok(wrong > 0, 'a test that never errs says nothing');
});

it('says nothing of a few', () => {
  assert.deepEqual(changePoints([0, 0, 0, 9, 9, 9]), []);
  assert.deepEqual(changePoints([]), []);
});
