import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { refusal } from '../../db/contract.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { createDataSet, type DataSet, defaultDataSet } from './data-set.ts';
import { blockedContactRow, messageRow, optOutRow, profileRow, reportRow } from './rows.ts';

/**
 * The oracle: what the seeder writes into opt_outs and blocked_contacts is what the live triggers
 * make of the very same messages and reports, inserted one by one in the order of time.
 */
describe('live inserts of a data set, in the order of time,', () => {
  const dataSet = createDataSet({ ...defaultDataSet, messages: 12_345, ordinaryReportShare: 0.2 });
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
    await insert(client, 'profiles', all(dataSet, 'profiles', profileRow));
    await client.query('begin');
    for (const event of eventsInTime(dataSet)) await insert(client, event.table, [event.row]);
    await client.query('commit');
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('are all accepted, and give exactly the opt-outs that the seeder writes', async () => {
    const { rows } = await client.query(
      'select phone, profile_id, ordinal from opt_outs order by phone, ordinal',
    );
    const written = all(dataSet, 'opt_outs', optOutRow).sort(
      (a, b) => compare(a.phone, b.phone) || a.ordinal - b.ordinal,
    );
    assert.equal(rows.length, 12 * 270);
    assert.deepEqual(rows.map(copy), written);
  });

  it('give exactly the blocked contacts that the seeder writes', async () => {
    const { rows } = await client.query('select phone from blocked_contacts order by phone');
    const written = all(dataSet, 'blocked_contacts', blockedContactRow).sort((a, b) =>
      compare(a.phone, b.phone),
    );
    assert.equal(rows.length, 12 * 40);
    assert.deepEqual(rows.map(copy), written);
  });

  it('leave every blocked contact refused afterwards, and others not', async () => {
    const { phone } = blockedContactRow(dataSet, 0);
    const insertTo = 'insert into outbound_messages (to_number, body) values ($1, $2)';
    await assert.rejects(client.query(insertTo, [phone, 'again']), { code: refusal.sqlState });
    await client.query(insertTo, [messageRow(dataSet, 12_344).to_number, 'again']);
  });
});

interface Event {
  readonly table: 'outbound_messages' | 'delivery_reports';
  readonly row: { readonly id: string };
}

/** Messages and reports merged by the time in their ids. */
function eventsInTime(dataSet: DataSet): readonly Event[] {
  const events: Event[] = [
    ...all(dataSet, 'outbound_messages', messageRow).map(
      (row): Event => ({ table: 'outbound_messages', row }),
    ),
    ...all(dataSet, 'delivery_reports', reportRow).map(
      (row): Event => ({ table: 'delivery_reports', row }),
    ),
  ];
  return events.sort((a, b) => compare(a.row.id, b.row.id));
}

function all<Row>(
  dataSet: DataSet,
  table: keyof DataSet['rowCounts'],
  rowAt: (dataSet: DataSet, row: number) => Row,
): Row[] {
  return Array.from({ length: dataSet.rowCounts[table] }, (_, row) => rowAt(dataSet, row));
}

async function insert(client: pg.Client, table: string, rows: readonly object[]): Promise<void> {
  await client.query({
    name: `insert ${table}`,
    text: `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1)`,
    values: [JSON.stringify(rows)],
  });
}

function copy(row: object): object {
  return { ...row };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
