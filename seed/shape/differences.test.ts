import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differences } from './differences.ts';
import { readShape } from './read-shape.ts';
import type { Shape } from './shape.ts';

/** A shape whose `large` of a hundred profiles have twenty times the messages of the others. */
function withLargeProfiles(large: number): Shape {
  const shape = readShape('third-blocked');
  const at = [0.5, 0.9, 0.95, 0.96, 0.97, 0.98, 1];
  const quantiles = at.map((place) => {
    const value = place > 1 - large / 100 ? 2_000 : 100;
    return { at: place, value, low: value, high: value };
  });
  const mean = { value: 200, low: 200, high: 200 };
  return {
    ...shape,
    profiles: {
      ...shape.profiles,
      seen: 100,
      small: { profiles: 0, messages: 0 },
      messages: { mean, quantiles },
    },
  };
}

describe('differences of two shapes', () => {
  it('are none between a shape and itself', () => {
    assert.deepEqual(differences(withLargeProfiles(4), withLargeProfiles(4)), []);
  });

  it('leave out one large profile more or less: a step of few profiles has no exact place', () => {
    assert.deepEqual(differences(withLargeProfiles(4), withLargeProfiles(5)), []);
    assert.deepEqual(differences(withLargeProfiles(5), withLargeProfiles(4)), []);
  });

  it('name a step that is elsewhere', () => {
    assert.match(
      differences(withLargeProfiles(2), withLargeProfiles(10)).join('; '),
      /messages of a profile, 95 %: 0.500 of the mean, and here 10.000/,
    );
  });
});
