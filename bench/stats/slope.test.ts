import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Draws } from './random.ts';
import { type Point, slopeOf } from './slope.ts';

/** A line with noise of which each value keeps `kept` of the one before (an autoregressive process). */
function series(slope: number, kept: number, size: number, draws: Draws): readonly Point[] {
  let noise = draws.normal() / Math.sqrt(1 - kept ** 2);
  return Array.from({ length: size }, (_, x) => {
    noise = kept * noise + draws.normal();
    return { x, y: 100 + slope * x + noise };
  });
}

describe('the slope of a series', () => {
  it('is that of a line', () => {
    const line = Array.from({ length: 300 }, (_, x) => ({ x, y: 5 - 0.25 * x }));
    const { value = 0, low = 0, high = 0 } = slopeOf(line) ?? {};
    for (const each of [value, low, high]) assert.ok(Math.abs(each + 0.25) < 1e-9, `${each}`);
  });

  for (const kept of [0, 0.5, 0.7]) {
    it(`lies in its interval in 95 of 100 series whose values keep ${kept} of the one before`, () => {
      const draws = new Draws(26, `slope ${kept}`);
      const tries = 2_000;
      let held = 0;
      for (let index = 0; index < tries; index++) {
        const found = slopeOf(series(0.01, kept, 240, draws));
        if (found !== undefined && found.low <= 0.01 && found.high >= 0.01) held++;
      }
      // 2,000 tries know a share to within 1 per cent
      assert.ok(held / tries > 0.93 && held / tries < 0.97, `${held / tries}`);
    });
  }

  it('is not told of a handful of points, nor where x does not move', () => {
    assert.equal(slopeOf([]), undefined);
    assert.equal(slopeOf(series(1, 0, 29, new Draws(1))), undefined);
    assert.equal(slopeOf(Array.from({ length: 60 }, (_, y) => ({ x: 1, y }))), undefined);
  });
});
