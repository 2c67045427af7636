/**
 * PostgreSQL's binary COPY format (manual: COPY, "Binary Format"), written into memory that the
 * caller lends and uses again: nothing is allocated for a row.
 */

/**
 * A piece of memory that COPY data is written into, sent from, and used again. Numbers go through
 * the view, which V8 turns into single unaligned stores.
 */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** A chunk of `size` bytes. */
export function createChunk(size: number): Chunk {
  const buffer = new ArrayBuffer(size);
  return { bytes: new Uint8Array(buffer), view: new DataView(buffer) };
}

/** Signature, flags and length of the header's extension. */
export const copyHeader: Uint8Array = Uint8Array.of(
  ...[0x50, 0x47, 0x43, 0x4f, 0x50, 0x59, 0x0a, 0xff, 0x0d, 0x0a, 0x00],
  ...[0, 0, 0, 0],
  ...[0, 0, 0, 0],
);

/** What ends the data: a row of -1 fields. */
export const copyTrailer: Uint8Array = Uint8Array.of(0xff, 0xff);

/** A null field: length -1, no bytes. */
export const nullField: Uint8Array = Uint8Array.of(0xff, 0xff, 0xff, 0xff);

/** PostgreSQL counts timestamps from 2000-01-01; Unix time counts from 1970-01-01. */
const postgresEpochUnixMicroseconds = 946_684_800_000_000n;

/**
 * A text field, length and bytes, for rows to copy.
 *
 * @throws RangeError for text that PostgreSQL cannot store: a NUL character, or half of a surrogate
 *   pair, which has no UTF-8 (Node would silently send U+FFFD in its place).
 */
export function textField(text: string): Uint8Array {
  if (text.includes('\0')) throw new RangeError('PostgreSQL text cannot hold a NUL character');
  if (!isWellFormed(text)) throw new RangeError('text with a lone surrogate has no UTF-8 form');
  return field(Buffer.from(text, 'utf8'));
}

/** A uuid field from the uuid's usual text, with or without hyphens. */
export function uuidField(uuid: string): Uint8Array {
  const hex = uuid.replaceAll('-', '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new RangeError(`not a uuid: ${uuid}`);
  return field(Buffer.from(hex, 'hex'));
}

/** An integer (int4) field. */
export function integerField(value: number): Uint8Array {
  if (value !== (value | 0)) throw new RangeError(`not a 32-bit integer: ${value}`);
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return field(bytes);
}

/** A timestamptz field from microseconds of Unix time. */
export function timestampField(unixMicroseconds: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(unixMicroseconds - postgresEpochUnixMicroseconds);
  return field(bytes);
}

/** Writes how many fields follow; returns where the first begins. */
export function writeFieldCount(view: DataView, at: number, count: number): number {
  view.setInt16(at, count);
  return at + 2;
}

/** Writes the length of a field; returns where its bytes begin. */
export function writeFieldLength(view: DataView, at: number, length: number): number {
  view.setInt32(at, length);
  return at + 4;
}

/** Writes a null field; returns where the next begins. */
export function writeNull(view: DataView, at: number): number {
  return writeFieldLength(view, at, -1);
}

/** Many fields made beforehand, one after another in one piece of memory. */
export interface FieldPool {
  readonly view: DataView;
  /** Where each field begins; one more at the end. */
  readonly starts: Int32Array;
}

/** Puts fields together in a pool. */
export function poolFields(fields: readonly Uint8Array[]): FieldPool {
  const starts = new Int32Array(fields.length + 1);
  for (const [index, { length }] of fields.entries())
    starts[index + 1] = (starts[index] ?? 0) + length;
  // Copying goes four bytes at a time and may read up to three past the last field.
  const chunk = createChunk((starts[fields.length] ?? 0) + 3);
  for (const [index, bytes] of fields.entries()) chunk.bytes.set(bytes, starts[index]);
  return { view: chunk.view, starts };
}

/**
 * Copies field `index` of a pool; returns where the next begins. It may write up to three bytes
 * more than the field has, so leave room. (For some twenty to sixty bytes this takes a third of the
 * time of TypedArray.set.)
 */
export function writePooledField(
  view: DataView,
  at: number,
  pool: FieldPool,
  index: number,
): number {
  const from = pool.starts[index] as number;
  const length = (pool.starts[index + 1] as number) - from;
  for (let offset = 0; offset < length; offset += 4) {
    view.setInt32(at + offset, pool.view.getInt32(from + offset));
  }
  return at + length;
}

function field(value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + value.length);
  new DataView(bytes.buffer).setInt32(0, value.length);
  bytes.set(value, 4);
  return bytes;
}

/** String.prototype.isWellFormed, which TypeScript's es2023 library does not know yet. */
function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
