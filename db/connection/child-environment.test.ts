import { strict as assert } from 'node:assert';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type pg from 'pg';
import { pgbenchVersion, runPgbench } from '../pgbench-process.ts';
import { dbmate } from '../schema/dbmate.ts';
import { type Drill, newDrill, skipDrills } from '../testing/embedded-drill.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { withoutServerVariables } from './environment.ts';

/* What a shell may have for servers of its own. Each of them alone breaks somebody who listens to it. */
const variables: Readonly<Record<string, string>> = {
  PGHOST: 'nowhere.invalid',
  PGHOSTADDR: '192.0.2.1',
  PGPORT: '1',
  PGUSER: 'nobody',
  PGDATABASE: 'none',
  PGPASSWORD: 'none',
  PGPASSFILE: '/dev/null/none',
  PGSERVICE: 'none',
  PGSERVICEFILE: '/dev/null/none',
  PGSYSCONFDIR: '/dev/null/none',
  PGOPTIONS: '-c search_path=nowhere -c default_transaction_read_only=on',
  PGCLIENTENCODING: 'KLINGON',
  PGDATESTYLE: 'nothing',
  PGTZ: 'Nowhere/At/All',
  PGGEQO: 'perhaps',
  PGAPPNAME: 'somebody else',
  PGSSLMODE: 'verify-full',
  PGREQUIRESSL: '1',
  PGSSLCERT: '/dev/null/none',
  PGSSLKEY: '/dev/null/none',
  PGSSLROOTCERT: '/dev/null/none',
  PGSSLCRL: '/dev/null/none',
  PGSSLNEGOTIATION: 'direct',
  PGSSLMINPROTOCOLVERSION: 'TLSv1.9',
  PGCHANNELBINDING: 'require',
  PGREQUIREAUTH: 'scram-sha-256',
  PGREQUIREPEER: 'nobody',
  PGGSSENCMODE: 'require',
  PGKRBSRVNAME: 'none',
  PGTARGETSESSIONATTRS: 'standby',
  PGLOADBALANCEHOSTS: 'sometimes',
  PGCONNECT_TIMEOUT: 'soon',
  PGREPLICATION: 'database',
  PGDATA: '/dev/null/none',
  DBMATE_DRIVER: 'mysql',
  DBMATE_MIGRATIONS_DIR: '/dev/null/none',
  DBMATE_MIGRATIONS_TABLE: 'other.table',
  DBMATE_SCHEMA_FILE: '/dev/null/none',
  DBMATE_STRICT: 'perhaps',
  DBMATE_WAIT: 'perhaps',
};

describe('the embedded server, in a shell with variables for other servers', {
  skip: skipDrills,
}, () => {
  let drill: Drill;
  before(async () => {
    drill = newDrill();
    await drill.up();
  });
  after(() => drill.remove());

  it('is asked with the lab’s own settings alone', async () => {
    for (const [file, ...args] of [
      ['db/commands/migrate-up.ts'],
      ['seed/commands/seed.ts', '--scale=2000'],
      ['seed/commands/seed.ts', '--verify'],
    ] as const) {
      const outcome = await drill.runWith(variables, file, ...args);
      assert.deepEqual([outcome.exitCode, outcome.stderr], [0, ''], file);
    }
  });
});

describe('a child that is told its server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-child-'));
  const home = process.cwd();
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
    // dbmate reads a .env of the folder that it is in
    writeFileSync(join(folder, '.env'), 'DBMATE_DRIVER=mysql\nPGSERVICE=none\n');
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(
      join(folder, 'migrations', '1_told.sql'),
      `-- migrate:up
create table public.told as select name, setting from pg_catalog.pg_settings;
-- migrate:down
drop table public.told;
`,
    );
    process.chdir(folder);
  });
  after(async () => {
    process.chdir(home);
    await client.end();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const told = async (name: string): Promise<unknown> =>
    (await client.query('select setting from told where name = $1', [name])).rows[0]?.setting;

  const migrations = {
    folder: pathToFileURL(`${join(folder, 'migrations')}/`),
    historyTable: 'optout_lab.told_migrations',
  };
  it('does not listen to the shell, nor to a .env: dbmate', async () => {
    await withVariables(async () => {
      await dbmate(database.url, migrations, 'migrate');
      assert.equal(await told('default_transaction_read_only'), 'off');
      assert.equal(await told('application_name'), 'optout-lab dbmate');
      await dbmate(database.url, migrations, 'rollback');
    });
  });

  it('does not listen to the shell: pgbench', async (t) => {
    if (pgbenchVersion() === undefined) return t.skip('no pgbench on this machine');
    const script = join(folder, 'script.sql');
    writeFileSync(
      script,
      'create table public.told as select name, setting from pg_catalog.pg_settings;\n',
    );
    const args = ['--no-vacuum', '--transactions=1', `--file=${script}`];
    await withVariables(() => runPgbench(database.url, args, { applicationName: 'told' }));
    assert.equal(await told('search_path'), 'public');
    assert.equal(await told('default_transaction_read_only'), 'off');
    assert.equal(await told('application_name'), 'told');
    await client.query('drop table told');
  });

  for (const name of Object.keys(variables)) {
    it(`is not given ${name}`, () => {
      assert.equal(withoutServerVariables({ [name]: 'x' })[name], undefined);
    });
  }
});

/** Does something in a shell that has all of the variables. */
async function withVariables(work: () => Promise<unknown>): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    await work();
  } finally {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}
