import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seededRandom } from './random.ts';
import { trimmedMean } from './trimmed-mean.ts';

describe('the trimmed mean', () => {
  it('leaves out a fifth at either end', () => {
    const { value, samples } = trimmedMean([1000, 2, 3, 4, -1000, 5, 3, 4, 2, 5], 0.95);
    assert.equal(value, (2 + 3 + 3 + 4 + 4 + 5) / 6);
    assert.equal(samples, 10);
  });

  it('has the interval that winsorised values and t give, worked out by hand', () => {
    // 1 to 10: 3 to 8 are inside, mean 5.5; winsorised 3 3 3 4 5 6 7 8 8 8, squares 42.5;
    // error sqrt(42.5 / (6 * 5)) = 1.190; t of 0.975 with 5 degrees 2.5706
    const { value, low, high } = trimmedMean([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95);
    assert.equal(value, 5.5);
    assert.equal(low.toFixed(3), (5.5 - 3.0596).toFixed(3));
    assert.equal(high.toFixed(3), (5.5 + 3.0596).toFixed(3));
  });

  it('claims nothing of five values', () => {
    const { low, high } = trimmedMean([1, 1, 1, 1, 1], 0.95);
    assert.equal(low, Number.NEGATIVE_INFINITY);
    assert.equal(high, Number.POSITIVE_INFINITY);
  });

  it('holds the truth some 95 times in 100, of few and many, with and without far values', () => {
    const random = seededRandom(5);
    for (const size of [8, 12, 20, 40]) {
      for (const far of [0, 0.05]) {
        let held = 0;
        const series = 5_000;
        for (let one = 0; one < series; one++) {
          const values = Array.from({ length: size }, () => {
            const normal =
              Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
            return random() < far ? normal * 10 : normal;
          });
          const { low, high } = trimmedMean(values, 0.95);
          if (low <= 0 && high >= 0) held++;
        }
        const share = held / series;
        assert.ok(share > 0.93 && share < 0.97, `${size} values, ${far}: ${share}`);
      }
    }
  });
});
