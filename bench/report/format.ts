import { formatCount, formatSeconds, significant } from '../../db/cli/number-text.ts';
import type { EstimateRange } from '../stats/estimate.ts';

export { formatBytes, formatCount, shortCount, significant } from '../../db/cli/number-text.ts';

const units = [
  { name: 's', size: 1e9 },
  { name: 'ms', size: 1e6 },
  { name: 'µs', size: 1e3 },
  { name: 'ns', size: 1 },
] as const;

type Unit = (typeof units)[number];

/** A time in the unit that suits it, with three digits: `412 ns`, `2.31 µs`, `14.0 ms`, `2 min 05 s`. */
export function formatNs(ns: number): string {
  if (ns >= 120e9) return formatSeconds(ns / 1e9);
  const unit = unitOf(ns);
  return `${significant(ns / unit.size, 3)} ${unit.name}`;
}

/** The largest unit of which there is one; 999.7 ns rounds to 1.00 µs, not to 1000 ns. */
function unitOf(ns: number): Unit {
  return units.find((candidate) => Math.abs(ns) >= candidate.size * 0.9995) ?? units[3];
}

/** A time with no more digits than its interval allows: `11 µs`, `1.35 µs`. */
export function formatNsWithin(ns: EstimateRange): string {
  const unit = unitOf(ns.value);
  return `${inUnit(ns.value, ns, unit)} ${unit.name}`;
}

/** `11.0 µs (10.4 to 11.9)`. */
export function formatNsInterval(ns: EstimateRange): string {
  const unit = unitOf(ns.value);
  return `${inUnit(ns.value, ns, unit)} ${unit.name} (${inUnit(ns.low, ns, unit)} to ${inUnit(ns.high, ns, unit)})`;
}

/** `12 µs more (5 to 20)`, `0.3 µs less (−0.1 to 0.8)`. */
export function formatSignedNsInterval(ns: EstimateRange): string {
  const less = ns.value < 0;
  const shown = less ? { value: -ns.value, low: -ns.high, high: -ns.low } : ns;
  const [value, bounds] = formatNsInterval(shown).split(' (');
  return `${value} ${less ? 'less' : 'more'} (${bounds}`;
}

function inUnit(value: number, interval: EstimateRange, unit: Unit): string {
  const scaled = { value: 0, low: interval.low / unit.size, high: interval.high / unit.size };
  const decimals = Math.min(2, decimalsFor(scaled));
  const text = (value / unit.size).toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return text.replace('-', /[1-9]/.test(text) ? '−' : '');
}

/** A difference in time with its sign and no more digits than its interval allows. */
export function formatSignedNsWithin(ns: EstimateRange): string {
  const text = formatNsWithin({ value: Math.abs(ns.value), low: ns.low, high: ns.high });
  return ns.value < 0 ? `−${text}` : `+${text}`;
}

/**
 * How many decimals an interval of this width allows: its half-width keeps one digit, two where the first
 * is a 1, of which rounding would take too large a share. Everything that prints an interval asks here.
 */
export function decimalsFor(interval: EstimateRange): number {
  const halfWidth = (interval.high - interval.low) / 2;
  if (!(halfWidth > 0)) return 2;
  const magnitude = Math.floor(Math.log10(halfWidth));
  const digits = halfWidth / 10 ** magnitude < 2 ? 2 : 1;
  return Math.min(3, Math.max(0, digits - 1 - magnitude));
}

/** A ratio with as many digits as its interval allows: `1.03`. */
export function formatRatio(ratio: EstimateRange): string {
  return ratio.value.toFixed(decimalsFor(ratio));
}

/** `1.03 (1.02 to 1.04)`. */
export function formatRatioInterval(ratio: EstimateRange): string {
  return `${formatRatio(ratio)} (${formatRatioBounds(ratio)})`;
}

/** `1.02 to 1.04`. */
export function formatRatioBounds(ratio: EstimateRange, between = ' to '): string {
  const decimals = decimalsFor(ratio);
  return `${ratio.low.toFixed(decimals)}${between}${ratio.high.toFixed(decimals)}`;
}

/** How far a ratio is from 1, as a percentage with its sign: `+3.1 %`. */
export function formatChange(ratio: EstimateRange): string {
  const decimals = Math.max(0, decimalsFor(ratio) - 2);
  return `${signed((ratio.value - 1) * 100, decimals)} %`;
}

/** `+1 % to +5 %`. */
export function formatChangeInterval(ratio: EstimateRange): string {
  const decimals = Math.max(0, decimalsFor(ratio) - 2);
  return `${signed((ratio.low - 1) * 100, decimals)} to ${signed((ratio.high - 1) * 100, decimals)} %`;
}

/** A number with its sign, the minus as long as the plus; a zero without one. */
export function signed(value: number, decimals: number): string {
  const text = Math.abs(value).toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  if (Number(text.replaceAll(',', '')) === 0) return text;
  return value < 0 ? `−${text}` : `+${text}`;
}

/** `99.9 %` for 0.999, without rounding up to a hundred. */
export function formatPercentile(p: number): string {
  return `${Number((p * 100).toFixed(4))} %`;
}

/** `a, b and c`. */
export function inWords(items: readonly string[]): string {
  if (items.length <= 1) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** `1 pair`, `2 pairs`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** With a capital letter first. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `2026-03-01 10:00 UTC`. */
export function dateText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
