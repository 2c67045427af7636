import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { pgbenchVersion, runPgbench } from '../pgbench-process.ts';
import { dbmate } from '../schema/dbmate.ts';
import { alterSettings } from '../testing/alter-settings.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';

/* A setting, what the database has by default, and what a session of the lab has. */
const settings: readonly (readonly [name: string, byDefault: string, wanted: string])[] = [
  ['search_path', 'nowhere', 'public'],
  ['statement_timeout', '5min', '0'],
  ['lock_timeout', '5min', '0'],
  ['transaction_timeout', '5min', '0'],
  ['idle_in_transaction_session_timeout', '5min', '0'],
  ['idle_session_timeout', '5min', '0'],
  ['exit_on_error', 'on', 'off'],
  ['default_transaction_isolation', 'serializable', 'read committed'],
  ['default_transaction_read_only', 'on', 'off'],
  ['default_transaction_deferrable', 'on', 'off'],
  ['synchronous_commit', 'off', 'on'],
  ['session_replication_role', 'replica', 'origin'],
  ['row_security', 'off', 'on'],
  ['DateStyle', 'SQL, DMY', 'ISO, MDY'],
  ['IntervalStyle', 'iso_8601', 'postgres'],
  ['extra_float_digits', '-10', '1'],
  ['bytea_output', 'escape', 'hex'],
  ['standard_conforming_strings', 'off', 'on'],
  ['array_nulls', 'off', 'on'],
  ['transform_null_equals', 'on', 'off'],
  ['quote_all_identifiers', 'on', 'off'],
  ['client_min_messages', 'error', 'notice'],
  ['jit', 'on', 'off'],
];

describe('a session in a database with other defaults', () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-settings-'));
  const tellSql = 'create table public.told as select name, setting from pg_catalog.pg_settings;\n';
  let database: TestDatabase;
  let client: pg.Client;

  before(async () => {
    database = await createTestDatabase();
    const owner = await database.connect();
    try {
      await alterSettings(
        owner,
        'database',
        database.name,
        settings.map(([name, byDefault]) => [name, byDefault]),
      );
    } finally {
      await owner.end();
    }
    client = await database.connect();
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(
      join(folder, 'migrations', '1_told.sql'),
      `-- migrate:up\n${tellSql}-- migrate:down\ndrop table public.told;\n`,
    );
  });
  after(async () => {
    await client.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  /** What differs from what is wanted, in pg_settings or in a table made from it. */
  const differing = async (table: string): Promise<unknown> =>
    (
      await client.query(
        `select found.name, found.setting
         from rows from (unnest($1::text[]), unnest($2::text[])) as wanted(name, value)
         join ${table} as found on found.name = wanted.name
         where found.setting <> wanted.value
         order by found.name collate "C"`,
        [settings.map(([name]) => name), settings.map(([, , wanted]) => wanted)],
      )
    ).rows;

  it('has what the lab relies on', async () => {
    assert.deepEqual(await differing('pg_catalog.pg_settings'), []);
  });

  it('is opened also where it may idle and work for a millisecond only', async () => {
    const strict = await createTestDatabase();
    try {
      const owner = await strict.connect();
      await owner.query(`alter database ${strict.name} set statement_timeout = '1ms'`);
      await owner.query(`alter database ${strict.name} set idle_session_timeout = '1ms'`);
      await owner.end();
      for (let opened = 0; opened < 20; opened++) {
        const session = await strict.connect();
        await session.query('select pg_sleep(0.005)');
        await session.end();
      }
    } finally {
      await strict.drop();
    }
  });

  it('keeps what it sets itself', async () => {
    const own = await database.connect();
    await own.query(`set statement_timeout = '3s'`);
    const { rows } = await own.query('show statement_timeout');
    await own.end();
    assert.deepEqual(rows, [{ statement_timeout: '3s' }]);
  });

  it('is such a one for dbmate, too', async () => {
    const migrations = {
      folder: pathToFileURL(`${join(folder, 'migrations')}/`),
      historyTable: 'optout_lab.told_migrations',
    };
    await dbmate(database.url, migrations, 'migrate');
    assert.deepEqual(await differing('public.told'), [
      { name: 'jit', setting: 'on' },
      { name: 'lock_timeout', setting: '400' }, // it tries for so long, then again
    ]);
    await dbmate(database.url, migrations, 'rollback');
  });

  it('is such a one for pgbench, too', async (t) => {
    if (pgbenchVersion() === undefined) return t.skip('no pgbench on this machine');
    const script = join(folder, 'script.sql');
    writeFileSync(script, tellSql);
    const args = ['--no-vacuum', '--transactions=1', `--file=${script}`];
    await runPgbench(database.url, args, { applicationName: 'told' });
    assert.deepEqual(await differing('public.told'), []);
    await client.query('drop table public.told');
  });
});
