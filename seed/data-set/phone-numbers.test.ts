import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { phoneNumber, phoneNumberCount, reservedExchange } from './phone-numbers.ts';

describe('a phone number', () => {
  it('is valid in the North American plan, and never of the reserved exchange', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: phoneNumberCount - 1 }), (index) => {
        const number = phoneNumber(index);
        assert.match(number, /^\+1[2-9]\d{2}[2-9]\d{2}\d{4}$/);
        assert.doesNotMatch(number.slice(5, 8), /^.11$/);
        assert.notEqual(number.slice(5, 8), reservedExchange);
      }),
    );
  });

  it('differs for every index', () => {
    const first = new Set(Array.from({ length: 50_000 }, (_, index) => phoneNumber(index)));
    assert.equal(first.size, 50_000);
    const last = Array.from({ length: 50_000 }, (_, i) => phoneNumber(phoneNumberCount - 1 - i));
    assert.equal(new Set([...first, ...last]).size, 100_000);
  });
});
