import type { DataSet } from '../data-set/data-set.ts';

/** Disk that the tables and their default indexes take, in bytes. */
export interface DiskEstimate {
  readonly tablesBytes: number;
  readonly indexesBytes: number;
  /** What the largest index build may need for sorting, in temporary files, until it is done. */
  readonly sortBytes: number;
}

// PostgreSQL's page layout (manual: "Database Page Layout"), on machines that align to 8 bytes.
const pageBytes = 8_192;
const pageHeaderBytes = 24;
const itemPointerBytes = 4;
const rowHeaderBytes = 24;
const indexRowHeaderBytes = 8;
/** A B-tree page ends with 16 bytes of its own, and is built 90 % full. */
const indexPageBytes = (pageBytes - pageHeaderBytes - 16) * 0.9;
/** Pages above the leaves. */
const innerPagesFactor = 1.005;

const uuid = 16;
const phone = 1 + 12; // short varlena header and the text

/** Estimates from row counts and column widths alone, for the lab's own schema. */
export function estimateDisk(dataSet: DataSet): DiskEstimate {
  const { rowCounts } = dataSet;
  const profileRow = average(dataSet.profileNames, (name) => row(uuid + text(name)));
  const messageRow = average(dataSet.bodies, (body) => row(2 * uuid + phone + text(body)));
  const reportRow = row(align(2 * uuid + 1 + 'failed'.length, 4) + 4);
  const optOutRow = row(align(phone + uuid, 4) + 4);
  const tablesBytes =
    tableBytes(rowCounts.profiles, profileRow) +
    tableBytes(rowCounts.outbound_messages, messageRow) +
    tableBytes(rowCounts.delivery_reports, reportRow) +
    tableBytes(rowCounts.opt_outs, optOutRow) +
    tableBytes(rowCounts.blocked_contacts, row(phone));
  const indexes = [
    indexBytes(rowCounts.profiles, uuid),
    indexBytes(rowCounts.outbound_messages, uuid),
    indexBytes(rowCounts.delivery_reports, uuid),
    indexBytes(dataSet.optedOutReports, uuid),
    indexBytes(rowCounts.opt_outs, phone + uuid),
    indexBytes(rowCounts.opt_outs, align(phone, 4) + 4),
    indexBytes(rowCounts.blocked_contacts, phone),
  ];
  return {
    tablesBytes,
    indexesBytes: indexes.reduce((sum, bytes) => sum + bytes, 0),
    sortBytes: Math.max(...indexes),
  };
}

function tableBytes(rows: number, rowBytes: number): number {
  return Math.ceil(rows / Math.floor((pageBytes - pageHeaderBytes) / rowBytes)) * pageBytes;
}

function indexBytes(rows: number, keyBytes: number): number {
  const entryBytes = align(indexRowHeaderBytes + keyBytes, 8) + itemPointerBytes;
  const leaves = Math.ceil(rows / Math.floor(indexPageBytes / entryBytes));
  return (Math.ceil(leaves * innerPagesFactor) + 1) * pageBytes;
}

function row(dataBytes: number): number {
  return align(rowHeaderBytes + dataBytes, 8) + itemPointerBytes;
}

/** A text value: a header of one byte up to 126 bytes, then of four. */
function text(value: string): number {
  const length = Buffer.byteLength(value);
  return length + (length > 126 ? 4 : 1);
}

function align(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}

function average(values: readonly string[], bytesOf: (value: string) => number): number {
  return values.reduce((sum, value) => sum + bytesOf(value), 0) / Math.max(1, values.length);
}
