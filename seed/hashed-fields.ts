import { type FieldPool, poolFields, writePooledField } from './copy-encoder.ts';
import { type Hash64, hashBytesExtended } from './hash-bytes.ts';

/** Prebuilt fields and the hash of each, for columns that take few different values. */
export class HashedFields {
  private readonly pool: FieldPool;
  private readonly high: Int32Array;
  private readonly low: Int32Array;

  /** @param seeds the hash that each field's own is chained to (default 0) */
  constructor(fields: readonly Uint8Array[], seeds?: readonly number[]) {
    this.pool = poolFields(fields);
    const hashes = fields.map((field, index) => {
      const hash = { high: 0, low: seeds?.[index] ?? 0 };
      hashBytesExtended(new DataView(field.buffer), 4, field.length - 4, hash);
      return hash;
    });
    this.high = Int32Array.from(hashes, (hash) => hash.high);
    this.low = Int32Array.from(hashes, (hash) => hash.low);
  }

  /** Writes a field and combines its hash with `hash` by exclusive or. */
  write(view: DataView, at: number, index: number, hash: Hash64): number {
    hash.high ^= this.high[index] as number;
    hash.low ^= this.low[index] as number;
    return writePooledField(view, at, this.pool, index);
  }
}
