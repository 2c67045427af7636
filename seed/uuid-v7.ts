import { mix } from './mix.ts';

/** Bytes of a uuid. */
export const uuidBytes = 16;

/**
 * Writes a version 7 uuid (RFC 9562, section 5.7): 48 bits of Unix time in milliseconds, then
 * 74 bits that look random and follow from `key` and `index`.
 */
export function writeUuidV7(
  view: DataView,
  at: number,
  unixMs: number,
  key: number,
  index: number,
): void {
  const high = Math.floor(unixMs / 0x10000);
  const low = unixMs - high * 0x10000;
  const first = mix(index ^ key);
  const second = mix(first + 0x632be5ab);
  const third = Math.imul(first ^ (second >>> 7), 0x2c1b3c6d) ^ second;
  view.setInt32(at, high);
  view.setInt32(at + 4, (low << 16) | 0x7000 | (third & 0x0fff));
  view.setInt32(at + 8, 0x80000000 | (third >>> 2));
  view.setInt32(at + 12, second);
}

/** The usual text of the uuid in `view`. */
export function formatUuid(view: DataView, at = 0): string {
  const hex = Buffer.from(view.buffer, view.byteOffset + at, uuidBytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
