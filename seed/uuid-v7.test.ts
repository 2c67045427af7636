import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatUuid, uuidBytes, writeUuidV7 } from './uuid-v7.ts';

function uuid(unixMs: number, key: number, index: number): string {
  const view = new DataView(new ArrayBuffer(uuidBytes));
  writeUuidV7(view, 0, unixMs, key, index);
  return formatUuid(view);
}

describe('a version 7 uuid', () => {
  it('has its version, its variant and the time it was given', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 1 }), fc.integer(), fc.nat(), (unixMs, key, index) => {
        const text = uuid(unixMs, key, index);
        assert.match(text, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        assert.equal(Number.parseInt(text.replaceAll('-', '').slice(0, 12), 16), unixMs);
      }),
    );
  });

  it('sorts by time, and differs by index and by key', () => {
    assert.ok(uuid(1_700_000_000_000, 1, 9) < uuid(1_700_000_000_001, 1, 0));
    assert.notEqual(uuid(1, 1, 1), uuid(1, 1, 2));
    assert.notEqual(uuid(1, 1, 1), uuid(1, 2, 1));
  });
});
