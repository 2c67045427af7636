import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { formatBytes, formatNs, formatRatio, formatRatioInterval } from './format.ts';
import { linearTicks } from './ticks.ts';

const texts = (...[low, high, wanted, kind]: Parameters<typeof linearTicks>): readonly string[] => {
  const { values, format } = linearTicks(low, high, wanted, kind);
  return values.map(format);
};

it('an axis has one unit, in which its ticks are round', () => {
  assert.deepEqual(texts(0, 190e9, 6, 'ns'), ['0', '50 s', '100 s', '150 s']);
  assert.deepEqual(texts(0, 430e9, 6, 'ns'), [
    '0',
    '1 min',
    '2 min',
    '3 min',
    '4 min',
    '5 min',
    '6 min',
    '7 min',
  ]);
  assert.deepEqual(texts(0, 1000 * 1024, 6, 'bytes'), [
    '0',
    '200 kB',
    '400 kB',
    '600 kB',
    '800 kB',
    '1,000 kB',
  ]);
  assert.deepEqual(texts(0, 2.1 * 2 ** 20, 6, 'bytes'), [
    '0',
    '0.5 MB',
    '1.0 MB',
    '1.5 MB',
    '2.0 MB',
  ]);
});

it('no two ticks of an axis read alike, none lies beyond its ends, and all have its unit', () => {
  const kinds = fc.constantFrom('ns' as const, 'bytes' as const, 'count' as const);
  const size = fc.double({ min: 1, max: 1e13, noNaN: true });
  fc.assert(
    fc.property(size, size, fc.integer({ min: 2, max: 8 }), kinds, (a, b, wanted, kind) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b) + Math.max(a, b) * 0.1 + 10];
      const { values, format } = linearTicks(low, high, wanted, kind);
      assert.ok(values.length > 0 && values.length <= 2 * wanted + 1);
      const hair = (high - low) / 1e6;
      assert.ok(values.every((value) => value >= low - hair && value <= high + hair));
      const shown = values.map(format);
      assert.equal(new Set(shown).size, shown.length);
      const named = new Set(
        shown.filter((text) => text !== '0').map((text) => text.replace(/^−?[\d.,]+/, '')),
      );
      assert.ok(named.size <= 1, shown.join());
    }),
  );
});

it('a size has three digits at the most, and a whole one no zeros behind its point', () => {
  const sizes = [8192, 16 * 1024, 1000 * 1024, 1023.9 * 1024, 1.01 * 2 ** 20, 2 ** 30];
  assert.deepEqual(sizes.map(formatBytes), [
    '8 kB',
    '16 kB',
    '0.977 MB',
    '1.00 MB',
    '1.01 MB',
    '1 GB',
  ]);
});

it('a time of minutes keeps its seconds', () => {
  assert.deepEqual([119e9, 125e9, 150e9].map(formatNs), ['119 s', '2 min 05 s', '2 min 30 s']);
});

it('an interval is never rounded until its ends say something else', () => {
  const shown = [
    { value: 3.08, low: 1.18, high: 4.86 },
    { value: 1.75, low: 1.64, high: 1.94 },
    { value: 1.213, low: 1.171, high: 1.279 },
    { value: 1.0004, low: 0.9982, high: 1.0021 },
  ].map(formatRatioInterval);
  assert.deepEqual(shown, [
    '3.1 (1.2 to 4.9)',
    '1.75 (1.64 to 1.94)',
    '1.21 (1.17 to 1.28)',
    '1.000 (0.998 to 1.002)',
  ]);
  assert.equal(formatRatio({ value: 1.75, low: 1.64, high: 1.94 }), '1.75');
});
