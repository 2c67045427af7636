import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Draws } from './random.ts';
import { ratioOfRatios } from './ratio-of-ratios.ts';

const ratio = (value: number, halfWidth: number) => ({
  value,
  low: value - halfWidth,
  high: value + halfWidth,
});

describe('the ratio of two ratios', () => {
  it('is as wide as both, as a right angle has it', () => {
    const { value, low, high } = ratioOfRatios(ratio(1.2, 0.012), ratio(1, 0.01));
    assert.ok(Math.abs(value - 1.2) < 1e-12);
    // 1 % and 1 %: 1.41 %
    assert.ok(Math.abs(high / value - 1.01414) < 2e-4, String(high / value));
    assert.ok(Math.abs(low / value - 1 / 1.01414) < 2e-4, String(low / value));
  });

  it('is wider where it is one of twenty that are looked at', () => {
    const one = ratioOfRatios(ratio(1.2, 0.012), ratio(1, 0.01));
    const ofTwenty = ratioOfRatios(ratio(1.2, 0.012), ratio(1, 0.01), 20);
    const width = (x: { low: number; high: number }): number => Math.log(x.high / x.low);
    assert.ok(width(ofTwenty) / width(one) > 1.5 && width(ofTwenty) / width(one) < 1.6);
  });

  it('of twenty equal designs hardly ever names one that differs from the best', () => {
    const draws = new Draws(11);
    let wrong = 0;
    const rounds = 500;
    for (let round = 0; round < rounds; round++) {
      const error = 0.01;
      const found = Array.from({ length: 20 }, () =>
        ratio(1.1 + draws.normal() * error, 1.97 * error),
      );
      const best = found.reduce((a, b) => (b.value < a.value ? b : a));
      const apart = (comparisons: number): boolean =>
        found.some((one) => one !== best && ratioOfRatios(one, best, comparisons).low > 1);
      if (apart((20 * 19) / 2)) wrong++;
    }
    assert.ok(wrong / rounds < 0.06, `${wrong} of ${rounds}`);
  });
});
