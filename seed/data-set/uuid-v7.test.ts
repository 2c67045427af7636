import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { uuidV7 } from './uuid-v7.ts';

describe('a version 7 uuid', () => {
  it('has its version, its variant and the time it was given', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 1 }), fc.integer(), fc.nat(), (unixMs, key, index) => {
        const text = uuidV7(unixMs, key, index);
        assert.match(text, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(Number.parseInt(text.replaceAll('-', '').slice(0, 12), 16), unixMs);
      }),
    );
  });

  it('sorts by time, and differs by index and by key', () => {
    assert.ok(uuidV7(1_700_000_000_000, 1, 9) < uuidV7(1_700_000_000_001, 1, 0));
    assert.notEqual(uuidV7(1, 1, 1), uuidV7(1, 1, 2));
    assert.notEqual(uuidV7(1, 1, 1), uuidV7(1, 2, 1));
  });
});
