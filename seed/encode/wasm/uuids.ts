// Ids. What is 0 here is set by ../row-writer.ts.
import { columnBytes, messages, vectorBytes } from './batch';

export let firstMessageUnixMs: f64 = 0;
export let msPerMessage: f64 = 0;
/** f64 [part]: the day's clock, as in ../../data-set/day-warp.ts; 0 where messages come at an even rate. */
export let dayWarp: usize = 0;

// As in ../../data-set/day-warp.ts
const dayParts: f64 = 4_096;
const msPerDay: f64 = 86_400_000;

/**
 * The uuids, as uuidV7 in ../uuid-v7.ts, that follow from `key` and each row's message, `delayMs` after
 * that was sent; as words, into `column`.
 */
export function makeUuids(column: usize, key: u32, delayMs: f64): void {
  for (let offset: usize = 0; offset < columnBytes; offset += vectorBytes) {
    const numbers = v128.load(messages + offset);
    const first = mixFour(v128.xor(numbers, i32x4.splat(key)));
    const second = mixFour(i32x4.add(first, i32x4.splat(0x632be5ab)));
    const folded = v128.xor(first, i32x4.shr_u(second, 7));
    const third = v128.xor(i32x4.mul(folded, i32x4.splat(0x2c1b3c6d)), second);
    const ms = unixMs(numbers, delayMs);
    const nextMs = unixMs(v128.shuffle<u32>(numbers, numbers, 2, 3, 2, 3), delayMs);
    const low = lowHalves(i64x2.shl(ms, 16), i64x2.shl(nextMs, 16));
    const random = v128.and(third, i32x4.splat(0x0fff));
    storeBigEndian(column + offset, lowHalves(i64x2.shr_u(ms, 16), i64x2.shr_u(nextMs, 16)));
    storeBigEndian(
      column + columnBytes + offset,
      v128.or(v128.or(low, i32x4.splat(0x7000)), random),
    );
    storeBigEndian(
      column + 2 * columnBytes + offset,
      v128.or(i32x4.splat(0x80000000), i32x4.shr_u(third, 2)),
    );
    storeBigEndian(column + 3 * columnBytes + offset, second);
  }
}

/** The times of the first two of `numbers`: integers in the low 48 of 64 bits, with something above. */
function unixMs(numbers: v128, delayMs: f64): v128 {
  const evenMs = f64x2.mul(f64x2.convert_low_i32x4_u(numbers), f64x2.splat(msPerMessage));
  const sinceFirst = f64x2.floor(dayWarp === 0 ? evenMs : warpedMs(evenMs));
  // From 2^52 on a double's last bits are the integer's.
  return f64x2.add(
    f64x2.add(sinceFirst, f64x2.splat(firstMessageUnixMs + delayMs)),
    f64x2.splat(4503599627370496),
  );
}

/** Both times on the warped clock. */
function warpedMs(evenMs: v128): v128 {
  const first = warpedTime(f64x2.extract_lane(evenMs, 0));
  return f64x2.replace_lane(f64x2.splat(first), 1, warpedTime(f64x2.extract_lane(evenMs, 1)));
}

/** As warpedMs in ../../data-set/day-warp.ts. */
function warpedTime(evenMs: f64): f64 {
  const dayMs = floor<f64>(evenMs / msPerDay) * msPerDay;
  const parts = (evenMs - dayMs) * (dayParts / msPerDay);
  const part = floor<f64>(parts);
  const at = dayWarp + ((<usize>part) << 3);
  const from = load<f64>(at);
  return dayMs + from + (parts - part) * (load<f64>(at, 8) - from);
}

function lowHalves(two: v128, nextTwo: v128): v128 {
  return v128.shuffle<u32>(two, nextTwo, 0, 2, 4, 6);
}

/** Stores words with the highest byte first. */
function storeBigEndian(at: usize, words: v128): void {
  v128.store(
    at,
    v128.shuffle<u8>(words, words, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12),
  );
}

/** Four numbers, each as mix in ./mix.ts; not there, because asc warns of vectors that are exported. */
function mixFour(values: v128): v128 {
  let x = values;
  x = v128.xor(x, i32x4.shr_u(x, 16));
  x = i32x4.mul(x, i32x4.splat(0x7feb352d));
  x = v128.xor(x, i32x4.shr_u(x, 15));
  x = i32x4.mul(x, i32x4.splat(0x846ca68b));
  x = v128.xor(x, i32x4.shr_u(x, 16));
  return x;
}
