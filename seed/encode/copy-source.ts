import type { DataSet, TableName } from '../data-set/data-set.ts';
import type { Selection } from '../data-set/layout.ts';
import type { TableSummary } from '../verify/table-summary.ts';
import { copyHeader, copyTrailer } from './copy-encoder.ts';
import { RowWriter } from './row-writer.ts';
import { rowWriterInputs } from './row-writer-inputs.ts';

/** Room in a chunk for one more batch of rows of any table, and the header or trailer; bodies being short. */
const shortBatchBytes = 8 * 1024;

/** The rows of a batch (wasm/batch.ts), and what a message's row takes beside its body. */
const batchRows = 32;
const rowBytes = 96;

/**
 * A chunk is one message, which the server takes from the socket whole before it looks at it. With
 * messages of 128 kB its own processor time for the same rows was a tenth more than with these. Two of
 * these are the least that `sendRows` needs from Node 22 on.
 */
const fullChunkBytes = 32 * 1024;

interface TableFormat {
  readonly columns: readonly string[];
  /** The row writer's function for it. */
  readonly fill: string;
  /** Which of the tiles' messages have a row in it; `profiles` has its own rows. */
  readonly selection: (dataSet: DataSet) => Selection;
}

/** The format of each table. */
export const tableFormats: Readonly<Record<TableName, TableFormat>> = {
  profiles: {
    columns: ['id', 'name'],
    fill: 'fillProfiles',
    selection: ({ messages }) => messages,
  },
  outbound_messages: {
    columns: ['id', 'profile_id', 'to_number', 'body'],
    fill: 'fillMessages',
    selection: ({ messages }) => messages,
  },
  delivery_reports: {
    columns: ['id', 'message_id', 'event_type', 'error_code'],
    fill: 'fillReports',
    selection: ({ reports }) => reports,
  },
  opt_outs: {
    columns: ['phone', 'profile_id', 'ordinal'],
    fill: 'fillOptOuts',
    selection: ({ optOuts }) => optOuts,
  },
  blocked_contacts: {
    columns: ['phone'],
    fill: 'fillBlockedContacts',
    selection: ({ blocks }) => blocks,
  },
};

/** The same of reports that name their messages' numbers, as a topology may want. */
const reportsWithNumbers: TableFormat = {
  ...tableFormats.delivery_reports,
  columns: ['id', 'message_id', 'to_number', 'event_type', 'error_code'],
  fill: 'fillReportsWithNumbers',
};

/** The rows of one place. */
export interface Part {
  /** Of the high half of a number's hashtext, less the least: the place. */
  readonly placeOfHash: Uint8Array;
  readonly place: number;
}

/** How a source writes. */
export interface CopySourceOptions {
  /** How large a chunk is. */
  readonly chunkBytes?: number;
  /** Whether a report names its message's number (default: no). */
  readonly reportsNameNumber?: boolean;
  /** Only the rows of one place, where a table is spread over places by its numbers (default: all). */
  readonly part?: Part;
}

/**
 * All rows of one table as binary COPY data, chunk by chunk, and the table's checksum along the way.
 * Nothing is allocated for a row: a source takes the same little memory at any scale. What each row
 * holds is said by rows.ts; the row writer writes the same.
 */
export class CopySource {
  readonly table: TableName;
  readonly columns: readonly string[];
  /** How many rows there are in all, of every place. */
  readonly rows: number;
  /** How many chunks may be in use at a time. */
  readonly chunkCount = 4;
  rowsWritten = 0;
  bytesWritten = 0;

  readonly #writer: RowWriter;
  readonly #fillRows: (at: number, full: number) => number;
  readonly #chunkBytes: number;
  readonly #batchBytes: number;
  #ended = false;

  /**
   * @throws RangeError for a chunk that might hold no batch of rows
   */
  constructor(dataSet: DataSet, table: TableName, options: CopySourceOptions = {}) {
    const batchBytes = batchBytesOf(dataSet);
    const {
      chunkBytes = Math.max(fullChunkBytes, batchBytes) + batchBytes,
      reportsNameNumber = false,
      part,
    } = options;
    const { columns, fill, selection } =
      reportsNameNumber && table === 'delivery_reports' ? reportsWithNumbers : tableFormats[table];
    if (chunkBytes < 2 * batchBytes) throw new RangeError(`a chunk of ${chunkBytes} bytes`);
    this.#batchBytes = batchBytes;
    this.table = table;
    this.columns = columns;
    this.rows = dataSet.rowCounts[table];
    this.#chunkBytes = chunkBytes;
    const inputs = rowWriterInputs(dataSet, selection(dataSet), this.rows, part);
    this.#writer = new RowWriter(inputs, chunkBytes * this.chunkCount);
    this.#fillRows = this.#writer.function(fill);
  }

  /** How much any chunk but the last holds at least. */
  get leastChunkBytes(): number {
    return this.#chunkBytes - this.#batchBytes;
  }

  /**
   * Fills chunk `chunk` (0 … chunkCount - 1) with what comes next, and returns what it holds until it
   * is filled again: nothing at the end.
   */
  fill(chunk = 0): Uint8Array {
    const { memory, freeAddress } = this.#writer;
    const start = freeAddress + chunk * this.#chunkBytes;
    let at = start;
    if (this.#ended) return memory.subarray(start, at);
    if (this.bytesWritten === 0) {
      memory.set(copyHeader, at);
      at += copyHeader.length;
    }
    at = this.#fillRows(at, start + this.leastChunkBytes);
    this.rowsWritten = Number(this.#writer.read('rowsWritten'));
    if (this.rowsWritten === this.rows) {
      memory.set(copyTrailer, at);
      at += copyTrailer.length;
      this.#ended = true;
    }
    if (at + this.#writer.overrunBytes > start + this.#chunkBytes) {
      throw new Error(`a batch of rows of ${this.table} is too long`);
    }
    this.bytesWritten += at - start;
    return memory.subarray(start, at);
  }

  /** Count and checksum of the rows so far. */
  summary(): TableSummary {
    return {
      rows: Number(this.#writer.read('rowsKept')),
      checksum: String(this.#writer.read('checksum')),
    };
  }
}

function batchBytesOf({ options }: DataSet): number {
  const longest = options.shape?.bodyBytes?.at(-1)?.[1] ?? 0;
  return Math.max(
    shortBatchBytes,
    batchRows * (rowBytes + Math.ceil(longest)) + shortBatchBytes / 8,
  );
}
