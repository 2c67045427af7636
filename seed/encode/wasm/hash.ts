import { addressIn, columnBytes, hashesHigh, hashesLow, vectorBytes } from './batch';

/**
 * As hashBytesExtended in ../hash-bytes.ts, of a value of three words (a phone number) or four (a uuid)
 * of each row; the hashes so far are the seeds, and what comes out takes their place.
 */
export function hashValues(words: usize, wordCount: u32): void {
  const start = i32x4.splat(0x9e3779b9 + 3923095 + 4 * wordCount);
  for (let offset: usize = 0; offset < columnBytes; offset += vectorBytes) {
    const seedHigh = v128.load(hashesHigh + offset);
    const seedLow = v128.load(hashesLow + offset);
    const unseeded = i32x4.eq(v128.or(seedHigh, seedLow), i32x4.splat(0));
    let a = i32x4.add(start, seedHigh);
    let b = i32x4.add(start, seedLow);
    let c = start;
    // The seed is mixed in as if it were a first block; where it is 0 what came of that is dropped.
    for (let seedMixed = false; ; seedMixed = true) {
      if (seedMixed) {
        a = v128.bitselect(start, a, unseeded);
        b = v128.bitselect(start, b, unseeded);
        c = v128.bitselect(start, c, unseeded);
        a = i32x4.add(a, v128.load(words + offset));
        b = i32x4.add(b, v128.load(words + columnBytes + offset));
        c = i32x4.add(c, v128.load(words + 2 * columnBytes + offset));
      }
      a = v128.xor(i32x4.sub(a, c), rotateLeft(c, 4));
      c = i32x4.add(c, b);
      b = v128.xor(i32x4.sub(b, a), rotateLeft(a, 6));
      a = i32x4.add(a, c);
      c = v128.xor(i32x4.sub(c, b), rotateLeft(b, 8));
      b = i32x4.add(b, a);
      a = v128.xor(i32x4.sub(a, c), rotateLeft(c, 16));
      c = i32x4.add(c, b);
      b = v128.xor(i32x4.sub(b, a), rotateLeft(a, 19));
      a = i32x4.add(a, c);
      c = v128.xor(i32x4.sub(c, b), rotateLeft(b, 4));
      b = i32x4.add(b, a);
      if (seedMixed) break;
    }
    if (wordCount === 4) a = i32x4.add(a, v128.load(words + 3 * columnBytes + offset));
    c = i32x4.sub(v128.xor(c, b), rotateLeft(b, 14));
    a = i32x4.sub(v128.xor(a, c), rotateLeft(c, 11));
    b = i32x4.sub(v128.xor(b, a), rotateLeft(a, 25));
    c = i32x4.sub(v128.xor(c, b), rotateLeft(b, 16));
    a = i32x4.sub(v128.xor(a, c), rotateLeft(c, 4));
    b = i32x4.sub(v128.xor(b, a), rotateLeft(a, 14));
    c = i32x4.sub(v128.xor(c, b), rotateLeft(b, 24));
    v128.store(hashesHigh + offset, b);
    v128.store(hashesLow + offset, c);
  }
}

function rotateLeft(words: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(words, bits), i32x4.shr_u(words, 32 - bits));
}

/** Sets what of a row is hashed so far: the seed of what comes next. */
export function setHash(row: u32, seed: u64): void {
  store<u32>(addressIn(hashesHigh, row), <u32>(seed >> 32));
  store<u32>(addressIn(hashesLow, row), <u32>seed);
}

/** The hash of a row so far. */
export function hashOf(row: u32): u64 {
  const high: u64 = load<u32>(addressIn(hashesHigh, row));
  return (high << 32) | load<u32>(addressIn(hashesLow, row));
}
