import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { nodeArguments } from '../../db/cli/command-file.ts';
import { createDataSet, defaultDataSet } from '../data-set/data-set.ts';
import { describeSchema } from '../testing/describe-schema.ts';
import { holdBefore, letGo } from '../testing/hold.ts';
import { createTestLab, seedQuietly, type TestLab } from '../testing/lab.ts';
import { untilSeed } from '../testing/until-seed.ts';
import { verifyDatabase } from '../verify/verify.ts';

const messages = 150_000;

describe('a seed that is cut short', () => {
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

  for (const [signal, exitCode, says] of [
    ['SIGKILL', null, /^$/],
    ['SIGINT', 130, /; to go on: npm run seed -- --scale \d+\n$/],
  ] as const) {
    it(`by ${signal} keeps what is done and finishes the rest when run again`, async () => {
      await holdBefore(client, 'build delivery_reports_pkey');
      const { child, ended, said } = startSeed(lab.url);
      await until(client, 'copy delivery_reports', ended);
      child.kill(signal);
      assert.equal(await ended, exitCode);
      assert.match(said(), says);
      await letGo(client);
      assert.match(await seedQuietly(lab, { messages }), /kept: .*copy delivery_reports/);
      await verifyDatabase(lab, nothingSaid, () => {});
    });
  }

  it('by the server ending its sessions fails in one line, and finishes when run again', async () => {
    await holdBefore(client, 'build delivery_reports_pkey');
    const seeding = seedQuietly(lab, { messages });
    const failed = assert.rejects(seeding, /the server went away.*what is done is kept/);
    await until(client, 'copy delivery_reports', seeding);
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await failed;
    await letGo(client);
    assert.match(await seedQuietly(lab, { messages }), /kept: .*copy delivery_reports/);
    await verifyDatabase(lab, nothingSaid, () => {});
  });

  it('is not taken for a whole one: verifying refuses it, and so does another data set', async () => {
    await holdBefore(client, 'copy outbound_messages');
    const seeding = seedQuietly(lab, { messages });
    const failed = assert.rejects(seeding);
    await until(client, 'copy profiles', seeding);
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await failed;
    await letGo(client);
    await assert.rejects(
      verifyDatabase(lab, nothingSaid, () => {}),
      /was cut short/,
    );
    await assert.rejects(seedQuietly(lab, { messages: 1_000 }), /--replace/);
    await seedQuietly(lab, { messages: 1_000 }, 'anything');
    await verifyDatabase(lab, nothingSaid, () => {});
  });

  it('between adding a foreign key and checking it still checks it when run again', async () => {
    const { rows: keys } = await client.query<{ name: string; definition: string }>(
      `select conname as name, pg_get_constraintdef(oid) as definition
       from pg_constraint where contype = 'f' and conrelid = 'delivery_reports'::regclass`,
    );
    const [key] = keys;
    assert.ok(key !== undefined);
    await seedQuietly(lab, { messages: 1_000 });
    // The state in between, made by hand.
    await client.query(`alter table delivery_reports drop constraint ${key.name}`);
    await client.query(
      `alter table delivery_reports add constraint ${key.name} ${key.definition} not valid`,
    );
    await client.query(
      `insert into optout_lab.seed_definitions
         (table_name, name, kind, constraint_definition, referenced_table)
       values ('delivery_reports', $1, 'foreign key', $2, 'outbound_messages')`,
      [key.name, key.definition],
    );
    await client.query('update optout_lab.seed_record set finished_at = null');
    await client.query('delete from optout_lab.seed_stages where stage = $1', [
      `validate ${key.name}`,
    ]);
    await seedQuietly(lab, { messages: 1_000 });
    await verifyDatabase(lab, nothingSaid, () => {});
  });

  it('by an older lab, whose record had another name, is verified, and renamed by the next seed', async () => {
    await seedQuietly(lab, { messages: 1_000 });
    await client.query('alter table optout_lab.seed_record rename to seed_plan');
    await verifyDatabase(lab, nothingSaid, () => {});
    await client.query('update optout_lab.seed_plan set finished_at = null');
    await seedQuietly(lab, { messages: 1_000 });
    const { rows } = await client.query(
      `select messages::int, finished_at is not null as finished from optout_lab.seed_record`,
    );
    assert.deepEqual(rows, [{ messages: 1_000, finished: true }]);
    await verifyDatabase(lab, nothingSaid, () => {});
  });

  it('by an older lab, after this one had seeded, is known by what came last', async () => {
    await seedQuietly(lab, { messages: 1_000 });
    await client.query(
      `create table optout_lab.seed_plan as table optout_lab.seed_record;
       update optout_lab.seed_record set messages = 2000, started_at = started_at - interval '1 h'`,
    );
    await verifyDatabase(lab, nothingSaid, () => {});
    await client.query('update optout_lab.seed_plan set finished_at = null');
    await seedQuietly(lab, { messages: 1_000 });
    const { rows } = await client.query(
      `select messages::int, to_regclass('optout_lab.seed_plan') as old from optout_lab.seed_record`,
    );
    assert.deepEqual(rows, [{ messages: 1_000, old: null }]);
  });

  for (const [replace, said] of [
    ['nothing', /kept: .*build outbound_messages_pkey/],
    ['anything', /^(?!.*kept: )/s],
  ] as const) {
    it(`before its indexes were made constraints has the same schema in the end (replacing ${replace})`, async () => {
      const before = await describeSchema(client);
      await holdBefore(client, 'validate delivery_reports_message_id_fkey');
      const { child, ended } = startSeed(lab.url);
      await until(client, 'add foreign keys', ended);
      child.kill('SIGKILL');
      await ended;
      await letGo(client);
      const { rows } = await client.query(
        `select 'index' as found from pg_class where relname = 'outbound_messages_pkey'
         union all
         select 'constraint' from pg_constraint where conname = 'outbound_messages_pkey'`,
      );
      assert.deepEqual(rows, [{ found: 'index' }]);
      assert.match(await seedQuietly(lab, { messages }, replace), said);
      await verifyDatabase(lab, nothingSaid, () => {});
      assert.deepEqual(await describeSchema(client), before);
    });
  }

  it('never holds a part of a table', async () => {
    const { child, ended } = startSeed(lab.url);
    await until(client, 'copy profiles', ended);
    child.kill('SIGKILL');
    await ended;
    const expected = createDataSet({ ...defaultDataSet, messages }).rowCounts.outbound_messages;
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::integer as count from outbound_messages',
    );
    assert.ok([0, expected].includes(rows[0]?.count ?? -1));
  });
});

const nothingSaid = { messages: undefined, seed: undefined, ordinaryReportShare: undefined };

/** The real command, in a process of its own; `ended` gives its exit code, `said` its standard error. */
function startSeed(url: string): {
  child: ChildProcess;
  ended: Promise<number | null>;
  said: () => string;
} {
  const child = spawn(
    process.execPath,
    [...nodeArguments('seed/commands/seed.ts'), '--scale', String(messages)],
    {
      env: { ...process.env, DATABASE_URL: url },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (data: string) => {
    text += data;
  });
  return { child, ended: once(child, 'close').then(([code]) => code), said: () => text };
}

/** Waits for the seeder to have noted a stage as done; fails where it ends without. */
function until(client: pg.Client, stage: string, seed: Promise<unknown>): Promise<void> {
  return untilSeed(seed, `noted "${stage}"`, async () => {
    const found = await client
      .query('select from optout_lab.seed_stages where stage = $1', [stage])
      .catch(() => undefined); // the table is not there yet
    return found?.rowCount === 1;
  });
}
