// Phone numbers. What is 0 here is set by ../row-writer.ts.
import { addressIn, batchRows, columnBytes, contacts, phones, vectorBytes } from './batch';

export let phoneCount: u32 = 0;
/** u32 [round]: the keys of ../permutation.ts, from contacts to numbers. */
export let phoneAddends: usize = 0;
export let phoneFactors: usize = 0;
/** u32 [index]: three or four digits as ASCII, the first in the lowest byte; three leave the highest byte 0. */
export let areaCodes: usize = 0;
export let exchanges: usize = 0;
export let lines: usize = 0;

// exchanges.length and lines.length of ../phone-numbers.ts; constants, which are cheaper to divide by
const exchangeCount: u32 = 791;
const linesPerExchange: u32 = 10_000;

/** The phone numbers of the rows' contacts, as phoneOf in ../data-set.ts. */
export function makePhones(): void {
  for (let offset: usize = 0; offset < columnBytes; offset += vectorBytes) {
    v128.store(phones + offset, numbersOf(v128.load(contacts + offset)));
  }
  for (let row: u32 = 0; row < batchRows; row++) {
    const at = addressIn(phones, row);
    const index = load<u32>(at);
    const prefix = index / linesPerExchange;
    const area = prefix / exchangeCount;
    const areaDigits = load<u32>(areaCodes + (area << 2));
    const exchangeDigits = load<u32>(exchanges + ((prefix - area * exchangeCount) << 2));
    store<u32>(at, 0x312b | (areaDigits << 16)); // +1
    store<u32>(at, (areaDigits >> 16) | (exchangeDigits << 8), columnBytes);
    store<u32>(at, load<u32>(lines + ((index - prefix * linesPerExchange) << 2)), 2 * columnBytes);
  }
}

/**
 * As keyedPermutation in ../permutation.ts, of between 2^31 and 2^32 numbers; of four values, all of
 * them below phoneCount.
 */
function numbersOf(values: v128): v128 {
  const limit = i32x4.splat(phoneCount);
  let x = values;
  let inside = i32x4.splat(0);
  do {
    let y = x;
    for (let round: u32 = 0; round < 12; round += 4) {
      y = i32x4.add(y, v128.load32_splat(phoneAddends + round));
      y = v128.xor(y, i32x4.shr_u(y, 16));
      y = i32x4.mul(y, v128.load32_splat(phoneFactors + round));
    }
    y = v128.xor(y, i32x4.shr_u(y, 16));
    x = v128.bitselect(x, y, inside);
    inside = i32x4.lt_u(x, limit);
  } while (!i32x4.all_true(inside));
  return x;
}
