import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Cluster, clusteredTrimmedMean } from './clustered-trimmed-mean.ts';
import { type Random, seededRandom } from './random.ts';

const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

describe('the trimmed mean of clusters', () => {
  it('leaves out a fifth of the weight at either end, and has the interval worked out by hand', () => {
    // six clusters of one value: 1 and 6 are beyond the fifths, 2 to 5 inside, winsorised 2 2 3 4 5 5;
    // their mean 3.5, squares around it 9.5; error sqrt(9.5 / 36 * 6 / 5) / 0.6 = 0.93790;
    // t of 0.975 with 5 degrees 2.57058: 2.4109
    const { value, low, high, samples } = clusteredTrimmedMean(
      [[[1]], [[2]], [[3]], [[4]], [[5]], [[6]]],
      0.95,
    );
    assert.deepEqual([value.toFixed(9), samples], ['3.500000000', 6]);
    assert.equal((value - low).toFixed(4), '2.4109');
    assert.equal((high - value).toFixed(4), '2.4109');
  });

  it('is the same of values with the other sign, also where a fifth of them is a whole number', () => {
    for (const count of [10, 12, 15]) {
      const values = Array.from({ length: count }, (_, index) => index + 1);
      const uneven = (of: readonly number[]): readonly Cluster[] => [
        [of.slice(0, 3)],
        ...of.slice(3).map((one) => [[one]]),
      ];
      for (const clustersOf of [(of: readonly number[]) => of.map((one) => [[one]]), uneven]) {
        const { value, low } = clusteredTrimmedMean(clustersOf(values), 0.95);
        const negative = clusteredTrimmedMean(clustersOf(values.map((one) => -one)), 0.95);
        assert.equal((-negative.value).toFixed(9), value.toFixed(9));
        assert.equal((-negative.high).toFixed(9), low.toFixed(9));
      }
    }
    const ten = Array.from({ length: 10 }, (_, index) => [[index + 1]]);
    assert.equal(clusteredTrimmedMean(ten, 0.95).value.toFixed(9), '5.500000000');
  });

  it('gives every cluster the same weight, and every group of one', () => {
    const one: Cluster = [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], [3]];
    const { value } = clusteredTrimmedMean([one, one, one, one, one, one], 0.95);
    assert.equal(value.toFixed(9), '2.000000000');
  });

  it('weighs values of unequal groups, and finds the same where they are equal', () => {
    const equal = [[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]], [[9, 10]], [[11, 12]]];
    // one value twice in its group weighs as it does once
    const unequal = equal.map((groups, i) => (i === 0 ? [[1, 1, 2, 2]] : groups));
    const [one, other] = [equal, unequal].map((all) => clusteredTrimmedMean(all, 0.95));
    assert.equal(one?.value.toFixed(9), other?.value.toFixed(9));
    assert.equal(one?.low.toFixed(9), other?.low.toFixed(9));
  });

  it('is not moved by far values, of whatever cluster', () => {
    const clusters = Array.from({ length: 10 }, (_, i) => [[1, 2, 3, i % 2 === 0 ? 1e9 : -1e9, 2]]);
    const { value, low, high } = clusteredTrimmedMean(clusters, 0.95);
    assert.equal(value.toFixed(9), '2.000000000');
    assert.ok(low > 0 && high < 4);
  });

  it('claims nothing of five clusters', () => {
    const { low, high } = clusteredTrimmedMean([[[1, 2]], [[1]], [[2]], [[2]], [[1]]], 0.95);
    assert.deepEqual([low, high], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  it('holds the truth some 95 times in 100, whatever the values of a cluster have in common', () => {
    const random = seededRandom(5);
    for (const size of [12, 30]) {
      for (const common of [0, 1, 5]) {
        let held = 0;
        const series = 3_000;
        for (let one = 0; one < series; one++) {
          const clusters = Array.from({ length: size }, () => {
            const shared = normal(random) * common;
            const values = (): readonly number[] =>
              Array.from({ length: 4 }, () => {
                const far = random() < 0.05 ? 10 : 1;
                return shared + normal(random) * far;
              });
            return [values(), values()];
          });
          const { low, high } = clusteredTrimmedMean(clusters, 0.95);
          if (low <= 0 && high >= 0) held++;
        }
        const share = held / series;
        assert.ok(share > 0.93 && share < 0.975, `${size} clusters, ${common}: ${share}`);
      }
    }
  });
});
