/**
 * PostgreSQL's binary COPY format (manual: COPY, "Binary Format"), piece by piece. Rows by the million
 * are written by ./wasm/rows.ts, which gets from here what many rows have in common.
 */

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

/** A row of these fields, of which there may be up to 32,767. */
export function copyRow(fields: readonly Uint8Array[]): Uint8Array {
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  return Buffer.concat([count, ...fields]);
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
