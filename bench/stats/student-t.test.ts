import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { studentT } from './student-t.ts';

describe("the quantile of Student's t distribution", () => {
  // Abramowitz and Stegun, table 26.10: the quantiles of 0.975 and 0.995
  const table = [
    [1, 12.706, 63.657],
    [2, 4.303, 9.925],
    [3, 3.182, 5.841],
    [4, 2.776, 4.604],
    [5, 2.571, 4.032],
    [9, 2.262, 3.25],
    [10, 2.228, 3.169],
    [30, 2.042, 2.75],
    [120, 1.98, 2.617],
  ] as const;
  for (const [degrees, first, second] of table) {
    it(`is that of the printed table with ${degrees} degrees of freedom`, () => {
      assert.equal(Number(studentT(0.975, degrees).toFixed(3)), first);
      assert.equal(Number(studentT(0.995, degrees).toFixed(3)), second);
    });
  }

  it('refuses what has none', () => {
    assert.throws(() => studentT(1, 5), RangeError);
    assert.throws(() => studentT(0.4, 5), RangeError);
    assert.throws(() => studentT(0.975, 0), RangeError);
    assert.throws(() => studentT(0.975, 2.5), RangeError);
  });
});
