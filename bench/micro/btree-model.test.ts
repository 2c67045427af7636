import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { largestModelled, modelPoints, predictTree } from './btree-model.ts';

/** The fewest rows whose tree has as many levels above its leaves. */
function fewestRows(level: number): number {
  let [below, from] = [0, largestModelled];
  while (from - below > 1) {
    const middle = Math.floor((below + from) / 2);
    if (predictTree(middle).level >= level) from = middle;
    else below = middle;
  }
  return from;
}

describe('the model of the btree', () => {
  it('reaches ten billion rows, and never shrinks', () => {
    const points = modelPoints();
    assert.equal(points.at(-1)?.rows, largestModelled);
    for (const [index, point] of points.entries()) {
      const before = points[index - 1];
      if (before === undefined) continue;
      assert.ok(point.level >= before.level && point.sizeBytes > before.sizeBytes);
    }
  });

  it('has the levels that docs/scale.md quotes', () => {
    assert.equal(predictTree(100).level, 0);
    assert.equal(predictTree(1_000).level, 1);
    // "the third page is needed from 53 thousand blocked numbers on, the fourth from 10.6 million and
    // the fifth from 2.1 billion"; a probe reads one page a level
    const from = [2, 3, 4].map(fewestRows);
    assert.deepEqual(
      from.map((rows) => Number(rows.toPrecision(rows < 1e6 ? 2 : rows < 1e9 ? 3 : 2))),
      [53_000, 10_600_000, 2_100_000_000],
    );
    assert.deepEqual(
      [40_000, 400_000, 4_000_000, 20_000_000, largestModelled].map(
        (rows) => predictTree(rows).buffersPerProbe,
      ),
      [2, 3, 3, 4, 5],
    );
  });
});
