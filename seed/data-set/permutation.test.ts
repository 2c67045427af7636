import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { keyedPermutation } from './permutation.ts';

describe('a keyed permutation', () => {
  it('maps every range onto itself, one to one, whatever the key', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer(), (size, key) => {
        const permute = keyedPermutation(size, key);
        const images = new Set(Array.from({ length: size }, (_, value) => permute(value)));
        assert.equal(images.size, size);
        assert.ok([...images].every((image) => image >= 0 && image < size));
      }),
    );
  });

  it('stays in range where 32 bits are needed', () => {
    const size = 2 ** 32 - 5;
    const permute = keyedPermutation(size, 7);
    const images = new Set<number>();
    for (let value = 0; value < 100_000; value++) images.add(permute(size - 1 - value));
    assert.equal(images.size, 100_000);
    assert.ok([...images].every((image) => image >= 0 && image < size));
  });

  it('scatters neighbours and differs between keys', () => {
    const [one, two] = [keyedPermutation(1_000_000, 1), keyedPermutation(1_000_000, 2)];
    let close = 0;
    let equal = 0;
    for (let value = 0; value < 10_000; value++) {
      if (Math.abs(one(value) - one(value + 1)) < 1_000) close++;
      if (one(value) === two(value)) equal++;
    }
    assert.ok(close < 100, `${close} of 10,000 neighbours stay close`);
    assert.ok(equal < 10);
  });

  it('refuses a size that is not possible', () => {
    for (const size of [0, -1, 1.5, 2 ** 32 + 1]) {
      assert.throws(() => keyedPermutation(size, 1), RangeError);
    }
  });
});
