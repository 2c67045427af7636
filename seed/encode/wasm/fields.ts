// What rows are put together of, as COPY data: the highest byte of a number comes first. Each function
// returns where the next piece begins.
import { addressIn, columnBytes, phones } from './batch';

const uuidBytes: u32 = 16;
const phoneBytes: u32 = 12;

/** How many bytes may be read and written beyond the end of what is copied. */
export const overrunBytes: u32 = 96;

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

/** A uuid field: a row's value of `column`. */
export function writeUuid(at: usize, column: usize, row: u32): usize {
  const from = addressIn(column, row);
  writeU32(at, uuidBytes);
  store<u32>(at, load<u32>(from), 4);
  store<u32>(at, load<u32>(from, columnBytes), 8);
  store<u32>(at, load<u32>(from, 2 * columnBytes), 12);
  store<u32>(at, load<u32>(from, 3 * columnBytes), 16);
  return at + 4 + uuidBytes;
}

/** A row's phone number field. */
export function writePhone(at: usize, row: u32): usize {
  const from = addressIn(phones, row);
  writeU32(at, phoneBytes);
  store<u32>(at, load<u32>(from), 4);
  store<u32>(at, load<u32>(from, columnBytes), 8);
  store<u32>(at, load<u32>(from, 2 * columnBytes), 12);
  return at + 4 + phoneBytes;
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

/**
 * As writePooled, but in steps of 96 bytes, which nearly every body fits into: a length that cannot be
 * foreseen costs a processor more than bytes that are overwritten. It may write up to 95 bytes more than
 * the piece has (`overrunBytes`).
 */
export function writeBody(at: usize, pool: usize, starts: usize, index: u32): usize {
  const first: usize = load<u32>(starts + (index << 2));
  const end: usize = at + load<u32>(starts + (index << 2), 4) - first;
  let from = pool + first;
  do {
    v128.store(at, v128.load(from));
    v128.store(at, v128.load(from, 16), 16);
    v128.store(at, v128.load(from, 32), 32);
    v128.store(at, v128.load(from, 48), 48);
    v128.store(at, v128.load(from, 64), 64);
    v128.store(at, v128.load(from, 80), 80);
    from += overrunBytes;
    at += overrunBytes;
  } while (at < end);
  return end;
}
