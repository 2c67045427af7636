/**
 * As hashBytesExtended in ../hash-bytes.ts, for the two lengths that rows are hashed with one by one: 12
 * bytes (phone numbers) and 16 (uuids).
 */
export function hash(from: usize, length: u32, seed: u64): u64 {
  let a: u32 = 0x9e3779b9 + 3923095 + length;
  let b = a;
  let c = a;
  if (seed !== 0) {
    a += <u32>(seed >> 32);
    b += <u32>seed;
  }
  // The seed is mixed in as if it were a first block.
  for (let seedMixed = seed === 0; ; seedMixed = true) {
    if (seedMixed) {
      a += load<u32>(from);
      b += load<u32>(from, 4);
      c += load<u32>(from, 8);
    }
    a = (a - c) ^ rotl<u32>(c, 4);
    c += b;
    b = (b - a) ^ rotl<u32>(a, 6);
    a += c;
    c = (c - b) ^ rotl<u32>(b, 8);
    b += a;
    a = (a - c) ^ rotl<u32>(c, 16);
    c += b;
    b = (b - a) ^ rotl<u32>(a, 19);
    a += c;
    c = (c - b) ^ rotl<u32>(b, 4);
    b += a;
    if (seedMixed) break;
  }
  if (length === 16) a += load<u32>(from, 12);
  c = (c ^ b) - rotl<u32>(b, 14);
  a = (a ^ c) - rotl<u32>(c, 11);
  b = (b ^ a) - rotl<u32>(a, 25);
  c = (c ^ b) - rotl<u32>(b, 16);
  a = (a ^ c) - rotl<u32>(c, 4);
  b = (b ^ a) - rotl<u32>(a, 14);
  c = (c ^ b) - rotl<u32>(b, 24);
  return ((<u64>b) << 32) | c;
}
