import { itemAt } from '../../db/item-at.ts';

/** What an axis counts: nanoseconds, bytes in powers of 1024, or things. */
export type AxisKind = 'ns' | 'bytes' | 'count';

/** Where an axis has its ticks, and what stands beside each. */
export interface Ticks {
  readonly values: number[];
  readonly format: (value: number) => string;
}

/** Units of either kind, from the smallest; one is used from so many of it on. */
const units: Readonly<
  Record<
    AxisKind,
    readonly { readonly name: string; readonly size: number; readonly from: number }[]
  >
> = {
  ns: [
    { name: 'ns', size: 1, from: 0 },
    { name: 'µs', size: 1e3, from: 2 },
    { name: 'ms', size: 1e6, from: 2 },
    { name: 's', size: 1e9, from: 2 },
    { name: 'min', size: 60e9, from: 5 },
    { name: 'h', size: 3600e9, from: 5 },
  ],
  bytes: [
    { name: 'B', size: 1, from: 0 },
    { name: 'kB', size: 2 ** 10, from: 2 },
    { name: 'MB', size: 2 ** 20, from: 2 },
    { name: 'GB', size: 2 ** 30, from: 2 },
    { name: 'TB', size: 2 ** 40, from: 2 },
  ],
  count: [
    { name: '', size: 1, from: 0 },
    { name: 'k', size: 1e3, from: 2 },
    { name: 'M', size: 1e6, from: 2 },
    { name: 'B', size: 1e9, from: 2 },
  ],
};

/**
 * Ticks of a linear axis from `low` to `high`: steps of 1, 2 or 5 times a power of ten of one unit, the
 * same for the whole axis, about as many as wanted and none beyond the ends.
 */
export function linearTicks(low: number, high: number, wanted: number, kind: AxisKind): Ticks {
  const most = Math.max(Math.abs(low), Math.abs(high));
  const known = units[kind];
  const unit = known.findLast(({ size, from }) => most >= size * from) ?? itemAt(known, 0);
  const rough = (high - low) / unit.size / wanted;
  const power = rough > 0 ? 10 ** Math.floor(Math.log10(rough)) : 1;
  // the factor that is nearest on a logarithmic scale
  const factor = [10, 5, 2].find((one) => rough / power >= one / Math.sqrt(one === 5 ? 2.5 : 2));
  const step = (factor ?? 1) * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const first = Math.ceil(low / unit.size / step - 1e-9);
  const last = Math.floor(high / unit.size / step + 1e-9);
  return {
    values: Array.from(
      { length: Math.max(0, last - first + 1) },
      (_, index) => (first + index) * step * unit.size,
    ),
    format: (value) => {
      if (value === 0) return '0';
      const text = (value / unit.size).toLocaleString('en-US', {
        minimumFractionDigits: decimals,
        maximumFractionDigits: decimals,
      });
      return `${text.replace('-', '−')}${kind === 'count' ? '' : ' '}${unit.name}`;
    },
  };
}
