import type { TableName } from '../../data-set/data-set.ts';
import { formatUuid } from '../../data-set/uuid-v7.ts';
import { copyTrailer } from '../copy-encoder.ts';

/**
 * Reads rows of a table as binary COPY data, up to the trailer or the end: fields of 16 bytes are uuids
 * (but for a name), of 4 integers, and all others text.
 */
export function decodeRows(data: Buffer, table: TableName): unknown[][] {
  const rows: unknown[][] = [];
  let at = 0;
  while (at < data.length && !data.subarray(at).equals(copyTrailer)) {
    const fields = data.readInt16BE(at);
    at += 2;
    const row: unknown[] = [];
    for (let field = 0; field < fields; field++) {
      const length = data.readInt32BE(at);
      const value = data.subarray(at + 4, at + 4 + Math.max(0, length));
      at += 4 + value.length;
      const isUuid = length === 16 && !(table === 'profiles' && field === 1) && field < 2;
      row.push(
        length < 0
          ? null
          : isUuid
            ? formatUuid(value.toString('hex'))
            : length === 4
              ? value.readInt32BE()
              : value.toString('utf8'),
      );
    }
    rows.push(row);
  }
  return rows;
}
