import { RowSum, type TableSummary } from './checksum.ts';
import {
  type Chunk,
  copyHeader,
  copyTrailer,
  createChunk,
  type FieldPool,
  integerField,
  nullField,
  poolFields,
  textField,
  uuidField,
  writeFieldCount,
  writeFieldLength,
  writeNull,
  writePooledField,
} from './copy-encoder.ts';
import {
  bodyOf,
  contactAfterTiles,
  type DataSet,
  profileId,
  profileOf,
  reportColumns,
  type TableName,
  writeMessageId,
  writePhone,
  writeReportId,
} from './data-set.ts';
import { type Hash64, hashBytesExtended } from './hash-bytes.ts';
import { HashedFields } from './hashed-fields.ts';
import { Cursor, contactOf } from './layout.ts';
import { phoneNumberBytes } from './phone-numbers.ts';
import { noProfile } from './template.ts';
import { uuidBytes } from './uuid-v7.ts';

/** Room that must be left in a chunk for one more row of any table, or the header or trailer. */
const largestRowBytes = 1_024;

/**
 * All rows of one table as binary COPY data, chunk by chunk, and the table's checksum along the way.
 * Nothing is allocated for a row: a source takes the same little memory at any scale.
 */
export abstract class CopySource {
  abstract readonly table: TableName;
  abstract readonly columns: readonly string[];
  /** How many rows there are in all. */
  readonly rows: number;
  rowsWritten = 0;
  bytesWritten = 0;

  protected readonly dataSet: DataSet;
  protected readonly hash: Hash64 = { high: 0, low: 0 };
  private readonly sum = new RowSum();
  private ended = false;

  constructor(dataSet: DataSet, rows: number) {
    this.dataSet = dataSet;
    this.rows = rows;
  }

  /** Writes the next row, leaves its hash in `hash`, and returns where the one after begins. */
  protected abstract writeRow(view: DataView, at: number, row: number): number;

  /** Fills `chunk` with what comes next and returns how many bytes that is; 0 at the end. */
  fill(chunk: Chunk): number {
    if (this.ended) return 0;
    const { rows, sum, hash } = this;
    const { view } = chunk;
    const full = view.byteLength - largestRowBytes;
    let row = this.rowsWritten;
    let at = 0;
    if (this.bytesWritten === 0) {
      chunk.bytes.set(copyHeader);
      at = copyHeader.length;
    }
    while (row < rows && at < full) {
      at = this.writeRow(view, at, row++);
      sum.add(hash);
    }
    if (row === rows) {
      chunk.bytes.set(copyTrailer, at);
      at += copyTrailer.length;
      this.ended = true;
    }
    this.rowsWritten = row;
    this.bytesWritten += at;
    return at;
  }

  /** Count and checksum of the rows so far. */
  summary(): TableSummary {
    return this.sum.summary();
  }
}

/** The rows of a table of this data set, from the first to the last. */
export function createCopySource(dataSet: DataSet, table: TableName): CopySource {
  return new sources[table](dataSet);
}

/** What a table must hold, worked out from the data set alone. */
export function predictTable(dataSet: DataSet, table: TableName): TableSummary {
  const source = createCopySource(dataSet, table);
  const chunk = createChunk(64 * 1024);
  while (source.fill(chunk) > 0);
  return source.summary();
}

class ProfileSource extends CopySource {
  readonly table = 'profiles';
  readonly columns = ['id', 'name'];
  private readonly ids: FieldPool;
  private readonly names: HashedFields;

  constructor(dataSet: DataSet) {
    super(dataSet, dataSet.rowCounts.profiles);
    this.ids = poolFields(profileFields(dataSet));
    this.names = new HashedFields(dataSet.profileNames.map(textField));
  }

  protected writeRow(view: DataView, start: number, row: number): number {
    const { hash } = this;
    hash.high = 0;
    hash.low = 0;
    const id = writeFieldCount(view, start, 2);
    const name = writePooledField(view, id, this.ids, row);
    const end = this.names.write(view, name, row, hash);
    hashBytesExtended(view, id + 4, uuidBytes, hash);
    return end;
  }
}

class MessageSource extends CopySource {
  readonly table = 'outbound_messages';
  readonly columns = ['id', 'profile_id', 'to_number', 'body'];
  private readonly cursor: Cursor;
  private readonly profiles: HashedFields;
  private readonly bodies: HashedFields;

  constructor(dataSet: DataSet) {
    super(dataSet, dataSet.rowCounts.outbound_messages);
    this.cursor = new Cursor(dataSet.layout, dataSet.messages);
    this.profiles = new HashedFields(profileFields(dataSet));
    this.bodies = new HashedFields(dataSet.bodies.map(textField));
  }

  protected writeRow(view: DataView, start: number, row: number): number {
    const { dataSet, cursor, hash } = this;
    let contact: number;
    let slot = 0;
    if (row < dataSet.tiledMessages) {
      cursor.next();
      contact = contactOf(dataSet.layout, cursor.cell, cursor.group);
      slot = dataSet.layout.tile.slot[cursor.cell] as number;
    } else {
      contact = contactAfterTiles(dataSet, row);
    }
    hash.high = 0;
    hash.low = 0;
    const id = writeFieldLength(view, writeFieldCount(view, start, 4), uuidBytes);
    writeMessageId(dataSet, view, id, row);
    let at = id + uuidBytes;
    if (slot === noProfile) at = writeNull(view, at);
    else at = this.profiles.write(view, at, profileOf(dataSet, contact, slot), hash);
    const phone = writeFieldLength(view, at, phoneNumberBytes);
    writePhone(dataSet, view, phone, contact);
    at = this.bodies.write(view, phone + phoneNumberBytes, bodyOf(dataSet, row), hash);
    hashBytesExtended(view, phone, phoneNumberBytes, hash);
    hashBytesExtended(view, id, uuidBytes, hash);
    return at;
  }
}

class ReportSource extends CopySource {
  readonly table = 'delivery_reports';
  readonly columns = ['id', 'message_id', 'event_type', 'error_code'];
  private readonly cursor: Cursor;
  private readonly eventTypes: HashedFields;
  private readonly errorCodes: FieldPool;

  constructor(dataSet: DataSet) {
    super(dataSet, dataSet.rowCounts.delivery_reports);
    this.cursor = new Cursor(dataSet.layout, dataSet.reports);
    const codes = reportColumns.map((columns) => columns.errorCode);
    this.eventTypes = new HashedFields(
      reportColumns.map((columns) => textField(columns.eventType)),
      codes.map((code) => code ?? 0),
    );
    this.errorCodes = poolFields(
      codes.map((code) => (code === null ? nullField : integerField(code))),
    );
  }

  protected writeRow(view: DataView, start: number): number {
    const { dataSet, cursor, hash } = this;
    cursor.next();
    const kind = dataSet.reportKinds[cursor.cell] as number;
    hash.high = 0;
    hash.low = 0;
    const id = writeFieldLength(view, writeFieldCount(view, start, 4), uuidBytes);
    writeReportId(dataSet, view, id, cursor.message);
    const messageId = writeFieldLength(view, id + uuidBytes, uuidBytes);
    writeMessageId(dataSet, view, messageId, cursor.message);
    const at = this.eventTypes.write(view, messageId + uuidBytes, kind, hash);
    hashBytesExtended(view, messageId, uuidBytes, hash);
    hashBytesExtended(view, id, uuidBytes, hash);
    return writePooledField(view, at, this.errorCodes, kind);
  }
}

class OptOutSource extends CopySource {
  readonly table = 'opt_outs';
  readonly columns = ['phone', 'profile_id', 'ordinal'];
  private readonly cursor: Cursor;
  private readonly profiles: FieldPool;

  constructor(dataSet: DataSet) {
    super(dataSet, dataSet.rowCounts.opt_outs);
    this.cursor = new Cursor(dataSet.layout, dataSet.optOuts);
    this.profiles = poolFields(profileFields(dataSet));
  }

  protected writeRow(view: DataView, start: number): number {
    const { dataSet, cursor, hash } = this;
    cursor.next();
    const { tile } = dataSet.layout;
    const contact = contactOf(dataSet.layout, cursor.cell, cursor.group);
    const ordinal = tile.ordinal[cursor.cell] as number;
    const phone = writeFieldLength(view, writeFieldCount(view, start, 3), phoneNumberBytes);
    writePhone(dataSet, view, phone, contact);
    const profile = phone + phoneNumberBytes;
    const slot = tile.slot[cursor.cell] as number;
    const at = writePooledField(view, profile, this.profiles, profileOf(dataSet, contact, slot));
    hash.high = 0;
    hash.low = ordinal;
    hashBytesExtended(view, profile + 4, uuidBytes, hash);
    hashBytesExtended(view, phone, phoneNumberBytes, hash);
    const value = writeFieldLength(view, at, 4);
    view.setInt32(value, ordinal);
    return value + 4;
  }
}

class BlockedContactSource extends CopySource {
  readonly table = 'blocked_contacts';
  readonly columns = ['phone'];
  private readonly cursor: Cursor;

  constructor(dataSet: DataSet) {
    super(dataSet, dataSet.rowCounts.blocked_contacts);
    this.cursor = new Cursor(dataSet.layout, dataSet.blocks);
  }

  protected writeRow(view: DataView, start: number): number {
    const { dataSet, cursor, hash } = this;
    cursor.next();
    const phone = writeFieldLength(view, writeFieldCount(view, start, 1), phoneNumberBytes);
    writePhone(dataSet, view, phone, contactOf(dataSet.layout, cursor.cell, cursor.group));
    hash.high = 0;
    hash.low = 0;
    hashBytesExtended(view, phone, phoneNumberBytes, hash);
    return phone + phoneNumberBytes;
  }
}

const sources: Readonly<Record<TableName, new (dataSet: DataSet) => CopySource>> = {
  profiles: ProfileSource,
  outbound_messages: MessageSource,
  delivery_reports: ReportSource,
  opt_outs: OptOutSource,
  blocked_contacts: BlockedContactSource,
};

function profileFields(dataSet: DataSet): readonly Uint8Array[] {
  return dataSet.profileNames.map((_, profile) => uuidField(profileId(dataSet, profile)));
}
