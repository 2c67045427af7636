import assert from 'node:assert/strict';
import { it } from 'node:test';
import { syntheticResults } from '../report/testing/synthetic-results.ts';
import { warningsOf } from './warnings.ts';

it('an index of more than half again what its rows need is told of', () => {
  const told = (sizeBytes: number, predictedSizeBytes: number): readonly string[] =>
    warningsOf({
      ...syntheticResults(),
      tree: { index: 'a_pkey', level: 2, predictedLevel: 2, sizeBytes, predictedSizeBytes },
    }).filter((warning) => warning.includes('a_pkey'));
  assert.match(told(300e6, 100e6).join(), /^a_pkey takes 3\.0 times .* reindex index concurrently/);
  assert.deepEqual(told(140e6, 100e6), []);
  assert.deepEqual(told(40_960, 16_384), []);
});
