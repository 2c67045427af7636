import assert from 'node:assert/strict';
import { it } from 'node:test';
import { msAxis } from './ms-axis.ts';
import { secondsAxis } from './seconds-axis.ts';

const labels = (axis: {
  readonly ticks: readonly number[];
  readonly tickFormat: (value: number) => string;
}): readonly string[] => axis.ticks.map(axis.tickFormat);

it('an axis of time has whole seconds, minutes or hours, few enough for its room', () => {
  assert.deepEqual(labels(secondsAxis(5, false, '')), ['0', '1 s', '2 s', '3 s', '4 s', '5 s']);
  assert.deepEqual(labels(secondsAxis(130, true, '')), ['0', '30 s', '1 min', '90 s', '2 min']);
  assert.deepEqual(labels(secondsAxis(600, true, '')).at(-1), '10 min');
  assert.deepEqual(labels(secondsAxis(4 * 3_600, false, '')).slice(0, 3), ['0', '30 min', '1 h']);
  assert.equal(labels(secondsAxis(4 * 3_600, false, ''))[3], '1 h 30 min');
  for (const endS of [0.4, 1, 7, 59, 61, 3_599, 20_000, 604_800]) {
    for (const narrow of [true, false]) {
      const { ticks, domain } = secondsAxis(endS, narrow, '');
      assert.ok(ticks.length >= 2 && ticks.length <= (narrow ? 6 : 11), `${endS}: ${ticks}`);
      assert.ok((ticks.at(-1) ?? Number.NaN) <= (domain[1] ?? Number.NaN), `${endS}: ${ticks}`);
    }
  }
});

it('an axis of latency has a label at each of its ticks', () => {
  assert.deepEqual(labels(msAxis(0.4, 2_000, '')), ['1 ms', '10 ms', '100 ms', '1 s']);
  assert.deepEqual(labels(msAxis(4, 30, '')), ['5 ms', '10 ms', '20 ms']);
  assert.deepEqual(labels(msAxis(180, 420, '')), [
    ...['200 ms', '250 ms', '300 ms', '350 ms', '400 ms'],
  ]);
});
