import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answersPerSecond, counterText } from './words.ts';

describe('what was not counted', () => {
  const counters = { wal_bytes: 2_048, timed: 1, requested: 2, wal_fpi: 0 };

  it('is said to be so, and is not taken for none', () => {
    assert.equal(counterText(counters, ['wal_fpi'], String), '0');
    assert.equal(counterText(counters, ['wal_buffers_full'], String), 'not counted');
  });

  it('makes a sum that it belongs to not counted', () => {
    assert.equal(counterText(counters, ['timed', 'requested'], String), '3');
    assert.equal(counterText(counters, ['timed', 'done'], String), 'not counted');
  });

  it('is a rate that is not known', () => {
    assert.equal(answersPerSecond({ donePerSecond: null }), 'not known');
    assert.equal(answersPerSecond({ donePerSecond: 0 }), '0');
  });
});
