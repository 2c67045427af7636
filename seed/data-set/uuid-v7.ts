import { lowbias32 } from './counter-random.ts';

/**
 * A version 7 uuid (RFC 9562, section 5.7): 48 bits of Unix time in milliseconds, then 74 bits that
 * look random and follow from `key` and `index`.
 */
export function uuidV7(unixMs: number, key: number, index: number): string {
  const high = Math.floor(unixMs / 0x10000);
  const low = unixMs - high * 0x10000;
  const first = lowbias32(index ^ key);
  const second = lowbias32(first + 0x632be5ab);
  const third = Math.imul(first ^ (second >>> 7), 0x2c1b3c6d) ^ second;
  const hex = [high, (low << 16) | 0x7000 | (third & 0x0fff), 0x80000000 | (third >>> 2), second]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('');
  return formatUuid(hex);
}

/** The usual text of a uuid from its 32 hexadecimal digits. */
export function formatUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
