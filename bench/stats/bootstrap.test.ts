import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bootstrapMedian } from './bootstrap.ts';
import { median, orderInterval, quantileOfSorted } from './median.ts';
import { type Random, seededRandom, shuffled } from './random.ts';

it('a median lies between neighbours, whatever the order of the values', () => {
  assert.equal(median([40, 10, 30, 20]), 25);
  assert.equal(median([30, 10, 20]), 20);
  assert.equal(median([7]), 7);
  assert.ok(Number.isNaN(median([])));
});

it('quantiles lie between neighbours', () => {
  const ascending = Float64Array.of(10, 20, 30, 40);
  assert.equal(quantileOfSorted(ascending, 0.5), 25);
  assert.equal(quantileOfSorted(ascending, 0), 10);
  assert.equal(quantileOfSorted(ascending, 1), 40);
  assert.equal(quantileOfSorted(Float64Array.of(7), 0.99), 7);
});

it('the same seed gives the same order, another seed another', () => {
  const items = Array.from({ length: 20 }, (_, index) => index);
  assert.deepEqual(shuffled(items, seededRandom(1)), shuffled(items, seededRandom(1)));
  assert.notDeepEqual(shuffled(items, seededRandom(1)), shuffled(items, seededRandom(2)));
  assert.deepEqual(
    shuffled(items, seededRandom(1)).sort((a, b) => a - b),
    items,
  );
});

for (const size of [6, 7, 8, 9, 11, 25, 150]) {
  it(`a 95 % interval of ${size} values holds the true median 95 times in 100`, () => {
    const random = seededRandom(11);
    let held = 0;
    const experiments = 1_000;
    for (let experiment = 0; experiment < experiments; experiment++) {
      const values = Array.from({ length: size }, () => Math.exp(normal(random) * 0.3)); // median 1
      const interval = bootstrapMedian(values, { random, resamples: 200 });
      if (interval.low <= 1 && interval.high >= 1) held++;
    }
    assert.ok(held / experiments > 0.935, `held ${held} of ${experiments}`);
    assert.ok(held / experiments < 0.995, `held ${held} of ${experiments}`);
  });
}

it('the interval between order statistics has the ranks of the tables for the sign test', () => {
  const ranks = (size: number): readonly number[] => {
    const values = Array.from({ length: size }, (_, index) => index + 1);
    const { low, high } = orderInterval(values, 0.95);
    return [low, high];
  };
  assert.deepEqual(ranks(3), [1, 3]);
  assert.deepEqual(ranks(6), [1, 6]);
  assert.deepEqual(ranks(8), [1, 8]);
  assert.deepEqual(ranks(9), [2, 8]);
  assert.deepEqual(ranks(12), [3, 10]);
  assert.deepEqual(ranks(20), [6, 15]);
  assert.deepEqual(ranks(25), [8, 18]);
  assert.deepEqual(ranks(50), [18, 33]);
});

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
