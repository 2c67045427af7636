import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { onlyRow } from '../connection/only-row.ts';
import { readSql } from '../sql.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { migrationText } from './migration-texts.ts';

const { up, down } = migrationText('20250101000009');
const catalogSql = readSql(new URL('../catalog.test.sql', import.meta.url));

describe('ids', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
  });
  after(async () => {
    await client?.end();
    await database?.drop();
  });

  /** Whether the server makes such ids itself. */
  const hasOwn = async (): Promise<boolean> =>
    onlyRow(
      await client.query<{ own: boolean }>(
        `select to_regprocedure('pg_catalog.uuidv7()') is not null as own`,
      ),
    ).own;

  /** The time in ids, by the text of RFC 9562 alone, and what the clock said before and after. */
  const made = async (): Promise<void> => {
    const { rows } = await client.query<{ id: string; earliest: string; latest: string }>(
      `select b.earliest, uuidv7()::text as id,
         (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as latest
       from (
         select n, (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as earliest
         from generate_series(1, 1000) as n
         offset 0
       ) as b`,
    );
    for (const { id, earliest, latest } of rows) {
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      const ms = BigInt(`0x${id.slice(0, 8)}${id.slice(9, 13)}`);
      const us = ms * 1_000n + (BigInt(`0x${id.slice(15, 18)}`) * 1_000n + 4_095n) / 4_096n;
      // pg_catalog.uuidv7() moves its clock on where it stands still
      assert.ok(us >= BigInt(earliest) - 1n && us <= BigInt(latest) + 1n, `${id}: ${us}`);
    }
    const ids = rows.map(({ id }) => id.slice(0, 18));
    assert.deepEqual(ids, ids.toSorted());
  };

  it('tell their time to the microsecond, in order', made);

  it('cost no call where the server has none of its own: an insert is planned with the expression in it', async () => {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain (verbose, costs off) insert into outbound_messages (to_number, body) values ('+1', '')`,
    );
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    assert.equal(plan.includes('uuidv7()'), await hasOwn(), plan);
  });

  it('keep their form when the migration goes down and up', async () => {
    const catalog = async (): Promise<unknown> => (await client.query(catalogSql)).rows;
    const at9 = await catalog();
    await client.query(down);
    await made();
    if (!(await hasOwn())) assert.notDeepEqual(await catalog(), at9);
    await client.query(up);
    assert.deepEqual(await catalog(), at9);
  });
});
