import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { copyHeader, copyTrailer } from '../encode/copy-encoder.ts';
import {
  CopySource,
  type CopySourceOptions,
  type Part,
  tableFormats,
} from '../encode/copy-source.ts';
import { hashBytesExtended } from '../encode/hash-bytes.ts';
import { RowWriter } from '../encode/row-writer.ts';
import { rowWriterInputs } from '../encode/row-writer-inputs.ts';
import { decodeRows } from '../encode/testing/decode-copy.ts';
import type { TableSummary } from '../verify/table-summary.ts';
import { contactWithStanding, countContacts } from './contacts.ts';
import {
  createDataSet,
  type DataSet,
  defaultDataSet,
  phoneOf,
  type TableName,
  tableNames,
} from './data-set.ts';
import { blockedContactRow, messageRow, optOutRow, reportRow, rowFunctions } from './rows.ts';
import { unevenShape } from './testing/uneven-shape.ts';
import { windowCount } from './tile-plan.ts';

const dataSet = createDataSet({ ...defaultDataSet, messages: 23_456 });
const { rowCounts } = dataSet;
const rowsOf = <Row>(count: number, rowAt: (row: number) => Row): Row[] =>
  Array.from({ length: count }, (_, row) => rowAt(row));
const messages = rowsOf(rowCounts.outbound_messages, (row) => messageRow(dataSet, row));
const reports = rowsOf(rowCounts.delivery_reports, (row) => reportRow(dataSet, row));
const optOuts = rowsOf(rowCounts.opt_outs, (row) => optOutRow(dataSet, row));
const blocked = rowsOf(rowCounts.blocked_contacts, (row) => blockedContactRow(dataSet, row));

describe('a data set', () => {
  it('has 30 % reports of 21610 and 4 % blocked contacts, of all messages in whole thousands', () => {
    assert.equal(reports.filter((report) => report.error_code === 21610).length, 23 * 300);
    assert.equal(blocked.length, 23 * 40);
    assert.equal(new Set(blocked.map(({ phone }) => phone)).size, 23 * 40);
  });

  it('has as many ordinary reports as asked for', () => {
    const all = createDataSet({ messages: 10_000, seed: 1, ordinaryReportShare: 1 });
    assert.equal(all.rowCounts.delivery_reports, 10_000);
    const none = createDataSet({ messages: 10_000, seed: 1, ordinaryReportShare: 0 });
    assert.equal(none.rowCounts.delivery_reports, 3_000);
  });

  it('has ids in the order of time, and reports in the order of their messages', () => {
    const inOrder = (ids: readonly string[]): boolean =>
      ids.every((id, index) => index === 0 || (ids[index - 1] ?? '') < id);
    assert.ok(inOrder(messages.map(({ id }) => id)));
    assert.ok(inOrder(reports.map(({ id }) => id)));
    assert.ok(inOrder(reports.map(({ message_id }) => message_id)));
    const known = new Set(messages.map(({ id }) => id));
    assert.ok(reports.every((report) => known.has(report.message_id)));
  });

  it('has another phone for each contact', () => {
    const phones = rowsOf(dataSet.contactCount, (contact) => phoneOf(dataSet, contact));
    assert.equal(new Set(phones).size, dataSet.contactCount);
    assert.deepEqual(new Set(messages.map((message) => message.to_number)), new Set(phones));
  });

  it('lets a few profiles send most of the messages', () => {
    const large = createDataSet({ ...defaultDataSet, messages: 1_000_000 });
    const sent = new Map<string | null, number>();
    for (let row = 0; row < 1_000_000; row += 50) {
      const { profile_id } = messageRow(large, row);
      sent.set(profile_id, (sent.get(profile_id) ?? 0) + 1);
    }
    const counts = [...sent.values()].sort((a, b) => b - a);
    const top = counts.slice(0, 40).reduce((sum, count) => sum + count, 0) / 20_000;
    assert.ok(top > 0.55 && top < 0.7, `the 40 largest of 1,000 profiles send ${top}`);
  });

  it('is the same for the same scale and seed, and another for another seed', () => {
    const again = createDataSet({ ...defaultDataSet, messages: 23_456 });
    const other = createDataSet({ ...defaultDataSet, messages: 23_456, seed: 2 });
    for (const table of tableNames) {
      const expected = predictTable(dataSet, table);
      assert.deepEqual(predictTable(again, table), expected);
      assert.notEqual(predictTable(other, table).checksum, expected.checksum);
      assert.equal(expected.rows, rowCounts[table]);
    }
  });

  it('can be smaller than one tile: plain messages then, and nobody opts out', () => {
    const small = createDataSet({ ...defaultDataSet, messages: 7 });
    assert.deepEqual(small.rowCounts, {
      profiles: 10,
      outbound_messages: 7,
      delivery_reports: 0,
      opt_outs: 0,
      blocked_contacts: 0,
    });
    assert.equal(predictTable(small, 'outbound_messages').rows, 7);
    assert.equal(countContacts(small, 3), 0);
  });

  it('can be as large as the largest scale: the last rows are where they belong', () => {
    const largest = createDataSet({ ...defaultDataSet, messages: 1_000_000_000 });
    const last = messageRow(largest, 999_999_999);
    assert.ok(last.id < '019b76da-a800'); // 2026-01-01
    const blockedLast = blockedContactRow(largest, largest.rowCounts.blocked_contacts - 1);
    assert.match(blockedLast.phone, /^\+1\d{10}$/);
  });
});

describe('what is sent by COPY', () => {
  for (const options of [
    dataSet.options,
    { messages: 12_345, seed: 4_294_967_297, ordinaryReportShare: 0.7 },
    { messages: 1_000, seed: 3, ordinaryReportShare: 1 },
    { messages: 7, seed: 3, ordinaryReportShare: 1 },
    { messages: 34_567, seed: 2, ordinaryReportShare: 0, shape: unevenShape },
  ]) {
    it(`is row for row what the row functions say: ${JSON.stringify(options).slice(0, 80)}`, () => {
      const some = createDataSet(options);
      for (const table of tableNames) {
        const sent = bytesOf(some, table);
        assert.ok(sent.subarray(0, copyHeader.length).equals(copyHeader));
        assert.ok(sent.subarray(-copyTrailer.length).equals(copyTrailer));
        assert.deepEqual(
          decodeRows(sent.subarray(copyHeader.length), table),
          rowsOf(some.rowCounts[table], (row) => Object.values(rowFunctions[table](some, row))),
        );
      }
    });
  }

  it('is still so in the last rows of the largest scale', () => {
    const largest = createDataSet({ ...defaultDataSet, messages: 1_000_000_000 });
    const { tileCount } = largest.layout;
    for (const table of tableNames.filter((name) => name !== 'profiles')) {
      const { fill, selection: select } = tableFormats[table];
      const selection = select(largest);
      const { numbers, arrays } = rowWriterInputs(largest, selection, selection.rows);
      const [window, group] = [windowCount - 1, tileCount - 3];
      const first = selection.rows - 3 * (selection.rowsPerGroup[window] ?? 0);
      const start = { window, group, rowsWritten: first };
      const writer = new RowWriter({ numbers: { ...numbers, ...start }, arrays }, 64 * 1024);
      const from = writer.freeAddress;
      const end = writer.function(fill)(from, from + 32 * 1024);
      const rows = decodeRows(Buffer.from(writer.memory.subarray(from, end)), table);
      assert.ok(rows.length >= 3);
      assert.deepEqual(
        rows,
        rowsOf(rows.length, (row) => Object.values(rowFunctions[table](largest, first + row))),
      );
      assert.equal(first + rows.length, selection.rows);
    }
  });

  it('names the number of its message, where a report must, and has the same checksum', () => {
    for (const options of [
      dataSet.options,
      { messages: 12_345, seed: 7, ordinaryReportShare: 1 },
    ]) {
      const some = createDataSet(options);
      const numbers = new Map(
        rowsOf(options.messages, (row) => messageRow(some, row)).map((row) => [
          row.id,
          row.to_number,
        ]),
      );
      const sent = bytesOf(some, 'delivery_reports', { reportsNameNumber: true });
      assert.deepEqual(
        decodeRows(sent.subarray(copyHeader.length), 'delivery_reports'),
        rowsOf(some.rowCounts.delivery_reports, (row) => {
          const { id, message_id, event_type, error_code } = reportRow(some, row);
          return [id, message_id, numbers.get(message_id), event_type, error_code];
        }),
      );
      const source = new CopySource(some, 'delivery_reports', { reportsNameNumber: true });
      while (source.fill().length > 0);
      assert.deepEqual(source.summary(), predictTable(some, 'delivery_reports'));
    }
  });

  it('is spread over places by the hash of the numbers, each row in one of them', () => {
    const placeOfHash = Uint8Array.from({ length: 65_536 }, (_, high) => (high >> 13) % 3);
    const homeOf = (phone: string): number | undefined => {
      const hash = Number(BigInt.asUintN(32, hashBytesExtended(Buffer.from(phone), 0n)));
      return placeOfHash[((hash ^ 0x80000000) >>> 16) & 0xffff];
    };
    const numberAt = {
      outbound_messages: 2,
      delivery_reports: 2,
      opt_outs: 0,
      blocked_contacts: 0,
    };
    for (const [table, column] of Object.entries(numberAt)) {
      const name = table as keyof typeof numberAt;
      const rows = (part?: Part): readonly unknown[][] => {
        const options = { reportsNameNumber: true, ...(part === undefined ? {} : { part }) };
        return decodeRows(bytesOf(dataSet, name, options).subarray(copyHeader.length), name);
      };
      const all = rows();
      let checksum = 0n;
      let count = 0;
      for (const place of [0, 1, 2]) {
        const part = { placeOfHash, place };
        assert.deepEqual(
          rows(part),
          all.filter((row) => homeOf(String(row[column])) === place),
        );
        const source = new CopySource(dataSet, name, { reportsNameNumber: true, part });
        while (source.fill().length > 0);
        count += source.summary().rows;
        checksum ^= BigInt(source.summary().checksum);
      }
      assert.deepEqual({ rows: count, checksum: String(checksum) }, predictTable(dataSet, name));
    }
  });

  it('is the same whatever the size of the chunks', () => {
    const whole = bytesOf(dataSet, 'outbound_messages', { chunkBytes: 16 * 1024 * 1024 });
    assert.ok(bytesOf(dataSet, 'outbound_messages', { chunkBytes: 16 * 1024 }).equals(whole));
  });

  it('is refused where a batch of rows does not fit into its chunk', () => {
    const long = { ...dataSet, bodies: dataSet.bodies.map((body) => body.repeat(20)) };
    assert.throws(() => bytesOf(long, 'outbound_messages', { chunkBytes: 16 * 1024 }), /too long/);
    assert.throws(
      () => bytesOf(dataSet, 'outbound_messages', { chunkBytes: 16 * 1024 - 1 }),
      RangeError,
    );
  });
});

describe('what is known of a contact', () => {
  it('agrees with the derived tables', () => {
    const drawn = Array.from({ length: countContacts(dataSet, 3) }, (_, index) =>
      phoneOf(dataSet, contactWithStanding(dataSet, 3, index)),
    );
    assert.deepEqual(drawn.sort(), blocked.map(({ phone }) => phone).sort());
    const byPhone = groupBy(optOuts, ({ phone }) => phone);
    for (const standing of [0, 1, 2, 3] as const) {
      for (let index = 0; index < countContacts(dataSet, standing); index += 7) {
        const contact = contactWithStanding(dataSet, standing, index);
        const own = byPhone.get(phoneOf(dataSet, contact)) ?? [];
        assert.equal(own.length, standing);
      }
    }
  });
});

function groupBy<Row>(all: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of all) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

function bytesOf(of: DataSet, table: TableName, options: CopySourceOptions = {}): Buffer {
  const source = new CopySource(of, table, options);
  const parts: Buffer[] = [];
  // A chunk is looked at after the next one is filled, as where rows are on their way.
  let filled = source.fill(0);
  for (let chunk = 1; filled.length > 0; chunk++) {
    const next = source.fill(chunk % source.chunkCount);
    parts.push(Buffer.from(filled));
    filled = next;
  }
  return Buffer.concat(parts);
}

/** What a table must hold, worked out from the data set alone. */
function predictTable(of: DataSet, table: TableName): TableSummary {
  const source = new CopySource(of, table);
  while (source.fill().length > 0);
  return source.summary();
}
