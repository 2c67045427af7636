import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import { databaseLocks } from '../../db/connection/database-lock.ts';
import { tableNames } from '../data-set/data-set.ts';
import { describeSchema } from '../testing/describe-schema.ts';
import { holdBefore, letGo } from '../testing/hold.ts';
import { createTestLab, seedQuietly, type TestLab } from '../testing/lab.ts';
import { untilSeed } from '../testing/until-seed.ts';

describe('seeding', () => {
  let lab: TestLab;
  let client: pg.Client;
  beforeEach(async () => {
    lab = await createTestLab();
    client = await lab.connect();
  });
  afterEach(async () => {
    await client.end();
    await lab.close();
  });

  it('leaves indexes, constraints, triggers, settings and comments as they were', async () => {
    await client.query('alter table delivery_reports set (autovacuum_enabled = off)');
    await client.query(
      'create index by_message on delivery_reports (message_id) where error_code = 21610',
    );
    await client.query(`comment on index by_message is 'why it''s there'`);
    await client.query('alter table profiles add constraint one_name unique (name, id) deferrable');
    await client.query(`comment on constraint one_name on profiles is 'as late as you like'`);
    await client.query(`comment on constraint profiles_pkey on profiles is 'whose key'`);
    await client.query(
      'alter table outbound_messages enable always trigger outbound_messages_refuse_blocked_insert',
    );
    const before = await describeSchema(client);
    await seedQuietly(lab, { messages: 2_000 });
    assert.deepEqual(await describeSchema(client), before);
  });

  it('waits for a reader of a table only at its end, and holds no other table meanwhile', async () => {
    await holdBefore(client, 'vacuum outbound_messages');
    const seeding = seedQuietly(lab, { messages: 2_000 });
    await untilItWaits(client, `locktype = 'advisory'`, seeding);
    const reader = await lab.connect();
    await reader.query('begin');
    await reader.query('select from outbound_messages limit 1');
    await letGo(client);
    await untilItWaits(client, `relation = 'outbound_messages'::regclass`, seeding);
    const { rows } = await client.query(
      `select stage from optout_lab.seed_stages where stage like 'validate %' order by 1`,
    );
    assert.deepEqual(rows, [
      { stage: 'validate delivery_reports_message_id_fkey' },
      { stage: 'validate outbound_messages_profile_id_fkey' },
    ]);
    // Were one of these held, both would wait for ever, and the server would end one of them.
    for (const table of tableNames) await reader.query(`select from ${table} limit 1`);
    await reader.query('commit');
    await reader.end();
    assert.match(await seeding, /seeded and verified/);
  });

  it('leaves rows all-visible: index-only scans need not look at the tables', async () => {
    await seedQuietly(lab, { messages: 20_000 });
    await client.query('set enable_seqscan = off');
    await client.query('set enable_bitmapscan = off');
    for (const query of ['select id from outbound_messages', 'select phone from opt_outs']) {
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(
        `explain (analyze, costs off, timing off, summary off) ${query}`,
      );
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      assert.match(plan, /Index Only Scan[\s\S]*Heap Fetches: 0/);
    }
  });

  it('says that all is there the second time, and changes nothing', async () => {
    await seedQuietly(lab, { messages: 2_000 });
    const before = await fileNodes(client);
    assert.match(await seedQuietly(lab, { messages: 2_000 }), /all there already, nothing changed/);
    assert.deepEqual(await fileNodes(client), before);
  });

  it('refuses another data set, and takes its place when told to', async () => {
    await seedQuietly(lab, { messages: 2_000 });
    for (const other of [{ messages: 3_000 }, { messages: 2_000, seed: 2 }]) {
      await assert.rejects(seedQuietly(lab, other), (error: unknown) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /holds scale 2000, seed 1.*--replace/);
        return true;
      });
    }
    assert.equal(await count(client, 'outbound_messages'), 2_000);
    await seedQuietly(lab, { messages: 3_000 }, 'another data set');
    assert.equal(await count(client, 'outbound_messages'), 3_000);
    assert.match(
      await seedQuietly(lab, { messages: 3_000 }, 'another data set'),
      /all there already/,
    );
    assert.match(await seedQuietly(lab, { messages: 3_000 }, 'anything'), /seeded and verified/);
  });

  it('leaves a database alone that holds rows it did not write', async () => {
    await client.query(
      `insert into outbound_messages (to_number, body) values ('+12025550100', 'mine')`,
    );
    for (const replace of ['nothing', 'another data set', 'anything'] as const) {
      await assert.rejects(
        seedQuietly(lab, { messages: 1_000 }, replace),
        /outbound_messages holds rows that the seeder did not write/,
      );
    }
    assert.equal(await count(client, 'outbound_messages'), 1);
  });

  it('notices when a table was emptied since', async () => {
    await seedQuietly(lab, { messages: 2_000 });
    await client.query('truncate blocked_contacts');
    await assert.rejects(
      seedQuietly(lab, { messages: 2_000 }),
      /blocked_contacts changed.*--replace/,
    );
  });

  it('lets no two seeds work in one database at a time', async () => {
    await client.query('select pg_advisory_lock($1)', [databaseLocks.seed]);
    await assert.rejects(seedQuietly(lab, { messages: 1_000 }), /another seed is at work/);
  });

  it('refuses to empty a table that a foreign table refers to', async () => {
    await client.query(
      'create table invoices (message_id uuid constraint invoices_fkey references outbound_messages)',
    );
    await assert.rejects(
      seedQuietly(lab, { messages: 1_000 }),
      /invoices refers to .*invoices_fkey/,
    );
  });
});

async function count(client: pg.Client, table: string): Promise<number> {
  const { rows } = await client.query<{ count: string }>(`select count(*) from ${table}`);
  return Number(rows[0]?.count);
}

async function fileNodes(client: pg.Client): Promise<readonly object[]> {
  const { rows } = await client.query<object>(
    `select relname, relfilenode from pg_class where relnamespace = 'public'::regnamespace order by relname`,
  );
  return rows;
}

/** Waits until a session of the seed waits for a lock that pg_locks shows so; fails where the seed ends. */
function untilItWaits(client: pg.Client, lock: string, seed: Promise<unknown>): Promise<void> {
  return untilSeed(seed, `waited for ${lock}`, async () => {
    const { rows } = await client.query(
      `select from pg_locks
       where not granted and ${lock}
         and database = (select oid from pg_database where datname = current_database())`,
    );
    return rows.length > 0;
  });
}
