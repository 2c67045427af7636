import assert from 'node:assert/strict';
import { it } from 'node:test';
import { largestModelled, modelPoints, predictTree } from './btree-model.ts';

it('the model reaches ten billion rows, and never shrinks', () => {
  const points = modelPoints();
  assert.equal(points.at(-1)?.rows, largestModelled);
  for (const [index, point] of points.entries()) {
    assert.ok(point.level >= (points[index - 1]?.level ?? 0));
    assert.ok(point.sizeBytes > (points[index - 1]?.sizeBytes ?? 0));
  }
});

it('a tree of one page has no level above its leaf', () => {
  assert.equal(predictTree(100).level, 0);
  assert.equal(predictTree(1_000).level, 1);
});
