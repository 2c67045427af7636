import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestModelled, modelPoints, predictTree } from './btree-model.ts';

test('the model reaches ten billion rows, and never shrinks', () => {
  const points = modelPoints();
  assert.equal(points.at(-1)?.rows, largestModelled);
  for (const [index, point] of points.entries()) {
    assert.ok(point.level >= (points[index - 1]?.level ?? 0));
    assert.ok(point.sizeBytes > (points[index - 1]?.sizeBytes ?? 0));
  }
});

test('a tree of one page has no level above its leaf', () => {
  assert.equal(predictTree(100).level, 0);
  assert.equal(predictTree(1_000).level, 1);
});
