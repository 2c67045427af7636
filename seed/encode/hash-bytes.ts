/**
 * PostgreSQL's hash_bytes_extended (src/common/hashfn.c, after Bob Jenkins' lookup3) on a
 * little-endian machine: what `hashtextextended` and `uuid_hash_extended` return for these bytes.
 * Hashes chain: one may be the seed of the next. Both are signed 64-bit integers, as PostgreSQL
 * shows them.
 */
export function hashBytesExtended(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { length } = bytes;
  let a = (0x9e3779b9 + 3923095 + length) | 0;
  let b = a;
  let c = a;
  let at = 0;
  let left = length;
  let mixing = seed !== 0n;
  if (mixing) {
    a = (a + Number(BigInt.asIntN(32, seed >> 32n))) | 0;
    b = (b + Number(BigInt.asIntN(32, seed))) | 0;
  }
  // The seed is mixed in as if it were a first block; from then on block by block.
  for (;;) {
    if (mixing) {
      a = (a - c) ^ ((c << 4) | (c >>> 28));
      c = (c + b) | 0;
      b = (b - a) ^ ((a << 6) | (a >>> 26));
      a = (a + c) | 0;
      c = (c - b) ^ ((b << 8) | (b >>> 24));
      b = (b + a) | 0;
      a = (a - c) ^ ((c << 16) | (c >>> 16));
      c = (c + b) | 0;
      b = (b - a) ^ ((a << 19) | (a >>> 13));
      a = (a + c) | 0;
      c = (c - b) ^ ((b << 4) | (b >>> 28));
      b = (b + a) | 0;
    }
    if (left < 12) break;
    a = (a + word(view, at)) | 0;
    b = (b + word(view, at + 4)) | 0;
    c = (c + word(view, at + 8)) | 0;
    at += 12;
    left -= 12;
    mixing = true;
  }
  // The lowest byte of c is the length's: the last block leaves it alone.
  if (left >= 8) {
    a = (a + word(view, at)) | 0;
    b = (b + word(view, at + 4)) | 0;
    c = (c + (partialWord(view, at + 8, left - 8) << 8)) | 0;
  } else if (left >= 4) {
    a = (a + word(view, at)) | 0;
    b = (b + partialWord(view, at + 4, left - 4)) | 0;
  } else {
    a = (a + partialWord(view, at, left)) | 0;
  }
  c = ((c ^ b) - ((b << 14) | (b >>> 18))) | 0;
  a = ((a ^ c) - ((c << 11) | (c >>> 21))) | 0;
  b = ((b ^ a) - ((a << 25) | (a >>> 7))) | 0;
  c = ((c ^ b) - ((b << 16) | (b >>> 16))) | 0;
  a = ((a ^ c) - ((c << 4) | (c >>> 28))) | 0;
  b = ((b ^ a) - ((a << 14) | (a >>> 18))) | 0;
  c = ((c ^ b) - ((b << 24) | (b >>> 8))) | 0;
  return (BigInt(b) << 32n) | BigInt(c >>> 0);
}

function word(view: DataView, at: number): number {
  return view.getInt32(at, true);
}

function partialWord(view: DataView, at: number, count: number): number {
  let value = 0;
  for (let index = 0; index < count; index++) value |= view.getUint8(at + index) << (8 * index);
  return value;
}
