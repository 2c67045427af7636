import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { createDataSet, defaultDataSet } from './data-set.ts';
import { createTestLab, seedQuietly, type TestLab } from './test-lab.ts';
import { verifyDatabase } from './verify.ts';

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

  for (const [signal, exitCode] of [
    ['SIGKILL', null],
    ['SIGINT', 130],
  ] as const) {
    it(`by ${signal} keeps what is done and finishes the rest when run again`, async () => {
      const child = startSeed(lab.url);
      await until(client, 'copy delivery_reports');
      child.kill(signal);
      const [code] = await once(child, 'exit');
      assert.equal(code, exitCode);
      assert.match(await seedQuietly(lab, { messages }), /kept: .*copy delivery_reports/);
      await verifyDatabase(lab, nothingSaid, () => {});
    });
  }

  it('by the server ending its sessions fails in one line, and finishes when run again', async () => {
    const seeding = seedQuietly(lab, { messages });
    const failed = assert.rejects(seeding, /the server went away.*what is done is kept/);
    await until(client, 'copy delivery_reports');
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await failed;
    assert.match(await seedQuietly(lab, { messages }), /kept: .*copy delivery_reports/);
    await verifyDatabase(lab, nothingSaid, () => {});
  });

  it('is not taken for a whole one: verifying refuses it, and so does another data set', async () => {
    const seeding = seedQuietly(lab, { messages });
    const failed = assert.rejects(seeding);
    await until(client, 'copy profiles');
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await failed;
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
    await client.query('update optout_lab.seed_plan set finished_at = null');
    await client.query('delete from optout_lab.seed_stages where stage = $1', [
      `validate ${key.name}`,
    ]);
    await seedQuietly(lab, { messages: 1_000 });
    await verifyDatabase(lab, nothingSaid, () => {});
  });

  it('never holds a part of a table', async () => {
    const child = startSeed(lab.url);
    await until(client, 'copy profiles');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const expected = createDataSet({ ...defaultDataSet, messages }).rowCounts.outbound_messages;
    const { rows } = await client.query<{ count: number }>(
      'select count(*)::integer as count from outbound_messages',
    );
    assert.ok([0, expected].includes(rows[0]?.count ?? -1));
  });
});

const nothingSaid = { messages: undefined, seed: undefined, ordinaryReportShare: undefined };

/** The real command, in a process of its own. */
function startSeed(url: string): ChildProcess {
  const command = fileURLToPath(new URL('./commands/seed.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', command, '--scale', String(messages)], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: 'ignore',
  });
}

/** Waits for the seeder to have noted a stage as done. */
async function until(client: pg.Client, stage: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const found = await client
      .query('select from optout_lab.seed_stages where stage = $1', [stage])
      .catch(() => undefined); // the table is not there yet
    if (found?.rowCount === 1) return;
    await delay(5);
  }
  throw new Error(`stage "${stage}" did not come`);
}
