/** `1,234,567`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `10k`, `1M`, `100M`, `10B`: a round number in few characters, for axes and titles. */
export function shortCount(count: number): string {
  for (const [size, suffix] of [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (count >= size) return `${Number((count / size).toPrecision(3))}${suffix}`;
  }
  return String(Number(count.toPrecision(3)));
}

/** A size in powers of 1024, PostgreSQL's units, three digits at the most: `8 kB`, `90.1 MB`, `0.98 MB`. */
export function formatBytes(bytes: number): string {
  for (const [size, suffix] of [
    [2 ** 40, 'TB'],
    [2 ** 30, 'GB'],
    [2 ** 20, 'MB'],
    [2 ** 10, 'kB'],
  ] as const) {
    // from 999.5 of a smaller unit on, of which three digits would be a thousand
    if (Math.abs(bytes) >= size * 0.9761) return `${exactOr(bytes / size, 3)} ${suffix}`;
  }
  return `${Math.round(bytes)} B`;
}

/** A whole number as it is, another one with so many significant digits. */
function exactOr(value: number, digits: number): string {
  return Number.isInteger(value) ? formatCount(value) : significant(value, digits);
}

/** A number with so many significant digits and no exponent. */
export function significant(value: number, digits: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const magnitude = Math.floor(Math.log10(Math.abs(rounded)));
  const decimals = Math.max(0, digits - 1 - magnitude);
  return rounded.toLocaleString('en-US', {
    minimumFractionDigits: Math.min(decimals, 6),
    maximumFractionDigits: Math.min(decimals, 6),
  });
}

/** 0.42 s, 12.3 s, 2 min 05 s */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
