import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../db/cli/errors.ts';
import { parseScale, scaleName } from './scale.ts';

describe('a scale', () => {
  it('is a name or a number of messages, however written', () => {
    assert.deepEqual(
      ['tiny', 'large', '50000', '50_000', '10k', '2.5M', '1g', '1'].map(parseScale),
      [10_000, 100_000_000, 50_000, 50_000, 10_000, 2_500_000, 1_000_000_000, 1],
    );
  });

  it('is refused when it is neither, is no whole number, or is out of range', () => {
    for (const text of ['', 'huge', '-5', '0', '1.5', '1e6', '0x10', '2g', '10kk', ' ']) {
      assert.throws(() => parseScale(text), UserError, text);
    }
    assert.throws(() => parseScale('larg'), /did you mean "large"/);
  });

  it('shows its name where it has one', () => {
    assert.equal(scaleName(1_000_000), 'small');
    assert.equal(scaleName(1_000_001), '1000001');
  });
});
