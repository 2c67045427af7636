// What rows are put together of, as COPY data: the highest byte of a number comes first. Each function
// that writes returns where the next piece begins.
import { mix } from './mix';

export const uuidBytes: u32 = 16;
export const phoneBytes: u32 = 12;

export let phoneCount: u32 = 0;
/** u32 [round]: the keys of ../permutation.ts, from contacts to numbers. */
export let phoneAddends: usize = 0;
export let phoneFactors: usize = 0;
/** u32 [index]: three or four digits as ASCII, the first in the lowest byte. */
export let areaCodes: usize = 0;
export let exchanges: usize = 0;
export let exchangeCount: u32 = 0;
export let lines: usize = 0;

// As in ../phone-numbers.ts; a constant, which is cheaper to divide by
const linesPerExchange: u32 = 10_000;

/** How many fields follow. */
export function writeFieldCount(at: usize, count: u16): usize {
  store<u16>(at, bswap<u16>(count));
  return at + 2;
}

function writeU32(at: usize, value: u32): usize {
  store<u32>(at, bswap<u32>(value));
  return at + 4;
}

/** An integer field. */
export function writeInteger(at: usize, value: u32): usize {
  return writeU32(writeU32(at, 4), value);
}

/** A null field. */
export function writeNull(at: usize): usize {
  return writeU32(at, -1);
}

/** A uuid field, as uuidV7 in ../uuid-v7.ts. */
export function writeUuidV7(at: usize, unixMs: f64, key: u32, index: u32): usize {
  const first = mix(index ^ key);
  const second = mix(first + 0x632be5ab);
  const third = ((first ^ (second >> 7)) * 0x2c1b3c6d) ^ second;
  const high = ((<u64>unixMs) << 16) | 0x7000 | (third & 0x0fff);
  const low = ((<u64>(0x80000000 | (third >> 2))) << 32) | second;
  writeU32(at, uuidBytes);
  store<u64>(at, bswap<u64>(high), 4);
  store<u64>(at, bswap<u64>(low), 12);
  return at + 4 + uuidBytes;
}

/** A phone number field, as phoneOf in ../data-set.ts. */
export function writePhone(at: usize, contact: u32): usize {
  const index = numberOf(contact);
  const prefix = index / linesPerExchange;
  const area = prefix / exchangeCount;
  const areaDigits = load<u32>(areaCodes + (area << 2));
  const exchangeDigits = load<u32>(exchanges + ((prefix - area * exchangeCount) << 2));
  writeU32(at, phoneBytes);
  store<u16>(at, 0x312b, 4); // +1
  store<u32>(at, areaDigits, 6);
  store<u32>(at, exchangeDigits, 9);
  store<u32>(at, load<u32>(lines + ((index - prefix * linesPerExchange) << 2)), 12);
  return at + 4 + phoneBytes;
}

/** As keyedPermutation in ../permutation.ts, of between 2^31 and 2^32 numbers. */
function numberOf(contact: u32): u32 {
  let x = contact;
  do {
    for (let round: u32 = 0; round < 12; round += 4) {
      x += load<u32>(phoneAddends + round);
      x ^= x >> 16;
      x *= load<u32>(phoneFactors + round);
    }
    x ^= x >> 16;
  } while (x >= phoneCount);
  return x;
}

/**
 * Copies piece `index` of a pool. It may write up to fifteen bytes more than the piece has.
 *
 * @param starts u32 [index]: where in the pool each piece begins; one more at the end
 */
export function writePooled(at: usize, pool: usize, starts: usize, index: u32): usize {
  const first: usize = load<u32>(starts + (index << 2));
  const end: usize = at + load<u32>(starts + (index << 2), 4) - first;
  let from = pool + first;
  do {
    v128.store(at, v128.load(from));
    from += 16;
    at += 16;
  } while (at < end);
  return end;
}
