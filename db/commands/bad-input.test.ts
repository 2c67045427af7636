import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { serverAccount } from '../server/account.ts';
import { dataDirVariable } from '../server/paths.ts';
import { runCommandFile } from '../testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';

/*
 * One row each: a command, what is wrong, and what its one line must say. Every one of them exits
 * with code 2, prints exactly one line on standard error, and nothing on standard output.
 */

interface BadInput {
  readonly command: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly says: RegExp;
}

const password = `p${randomBytes(6).toString('hex')}`;
const secrets = [password];
const unreachable = 'postgres://somebody@127.0.0.1:9/db';

async function expectRefusal(input: BadInput): Promise<void> {
  const { command, args = [], env = {} } = input;
  const outcome = await runCommandFile(`db/commands/${command}.ts`, args, {
    env: { DATABASE_URL: unreachable, ...env },
  });
  assert.match(outcome.stderr, /^error: [^\n]+\n$/);
  assert.match(outcome.stderr, input.says);
  assert.equal(outcome.stdout, '');
  assert.equal(outcome.exitCode, 2);
  assert.ok(
    !secrets.some((secret) => outcome.stderr.includes(secret)),
    'a password is in the error',
  );
}

const databaseCommands = ['db-up', 'migrate-up', 'migrate-down'] as const;
const allCommands = [...databaseCommands, 'db-down', 'db-url', 'isolation'] as const;

describe('bad flags', { concurrency: 2 }, () => {
  for (const command of allCommands) {
    it(`${command}: an unknown flag`, () =>
      expectRefusal({
        command,
        args: ['--no-such-flag'],
        says: /unknown option '--no-such-flag'/,
      }));
  }
  for (const command of ['db-up', 'migrate-up', 'migrate-down', 'db-down', 'db-url', 'isolation']) {
    it(`${command}: an argument too many`, () =>
      expectRefusal({ command, args: ['surplus'], says: /too many arguments/ }));
  }
  it('up: the nearest flag is suggested, on the same line', () =>
    expectRefusal({
      command: 'db-up',
      args: ['--allow-nonempy'],
      says: /Did you mean --allow-nonempty/,
    }));
  for (const [name, says] of [
    ['Blocked', /is no name for a design: it takes small letters/],
    ['../elsewhere', /is no name for a design/],
    ['blocked_contacts', /there is a design "blocked_contacts" already/],
    ['blocked_contact', /has a function refuse_blocked_contact already/],
    ['a'.repeat(57), /at most 56 characters/],
  ] as const) {
    it(`new:design ${name}`, () => expectRefusal({ command: 'new-design', args: [name], says }));
  }
  it('new:design without a name', () =>
    expectRefusal({ command: 'new-design', says: /missing required argument 'name'/ }));
  for (const port of ['0', '65536', 'five', '']) {
    it(`up: --tcp-port ${JSON.stringify(port)}`, () =>
      expectRefusal({ command: 'db-up', args: [`--tcp-port=${port}`], says: /from 1 to 65535/ }));
  }
  it('up: --tcp-port without a number', () =>
    expectRefusal({ command: 'db-up', args: ['--tcp-port'], says: /argument missing/ }));
  it('up: --tcp-port for a server that is not ours', () =>
    expectRefusal({
      command: 'db-up',
      args: ['--tcp-port=5440'],
      says: /DATABASE_URL names another/,
    }));
  it('prove: a design that is not there', () =>
    expectRefusal({
      command: 'isolation',
      args: ['--designs=blocked_contact'],
      says: /did you mean "blocked_contacts"/,
    }));
  for (const [flag, says] of [
    ['--histories=-1', /a whole number/],
    ['--histories=many', /a whole number/],
    ['--seed=1.5', /a whole number/],
  ] as const) {
    it(`prove: ${flag}`, () => expectRefusal({ command: 'isolation', args: [flag], says }));
  }
});

const notPostgres: readonly (readonly [what: string, url: string, says: RegExp])[] = [
  ['garbage', 'garbage', /^error: DATABASE_URL is not .* it must begin with postgres:/],
  [
    'another kind of database',
    `mysql://root:${password}@localhost/db`,
    /must begin with postgres:/,
  ],
  [
    'pairs with a blank in a value',
    `host=h password=a ${password}`,
    /pairs are written name=value/,
  ],
  ['pairs with a name that libpq does not know', `hots=h password=${password}`, /mean "host"/],
  ['a port that is none', `postgres://u:${password}@localhost:99999/db`, /not a PostgreSQL URL/],
  ['a port that is none, as a parameter', 'postgres:///db?host=h&port=99999', /1 to 65535/],
  ['an unencoded hash', `postgres://u:12#${password}@localhost/db`, /"#" is written %23/],
  ['lists of several lengths', `postgres://u:${password}@a,b/db?port=1,2,3`, /differ in length/],
  ['an unencoded slash', `postgres://u:a/${password}@localhost/db`, /not a PostgreSQL URL/],
];

describe('a bad DATABASE_URL', { concurrency: 2 }, () => {
  for (const [what, url, says] of [
    ...notPostgres,
    ['an unknown host', `postgres://u:${password}@nowhere.invalid/db`, /unknown host/],
    ['a port where nothing listens', `postgres://u:${password}@127.0.0.1:9/db`, /nothing listens/],
    [
      'a socket folder without a socket',
      `postgres:///db?host=/nowhere&password=${password}`,
      /no socket/,
    ],
    ['a certificate that is not there', 'postgres://h/db?sslrootcert=/no/file', /no such file/],
  ] as const) {
    it(`migrate-up: ${what}`, () =>
      expectRefusal({ command: 'migrate-up', env: { DATABASE_URL: url }, says }));
  }
  for (const [what, url, says] of notPostgres) {
    it(`url: ${what}`, () =>
      expectRefusal({ command: 'db-url', env: { DATABASE_URL: url }, says }));
  }
  for (const command of databaseCommands) {
    it(`${command}: nothing listens there`, () =>
      expectRefusal({ command, says: /cannot connect to .*nothing listens there/ }));
  }
});

describe('a database that the lab must not use', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let role: TestRole;

  before(async () => {
    database = await createTestDatabase({ migrated: false });
    owner = await database.connect();
    role = await createTestRole(database, owner);
    secrets.push(role.password);
  });

  after(async () => {
    await role.drop();
    await owner.end();
    await database.drop();
  });

  const refused = (command: string, says: RegExp, url = database.url): Promise<void> =>
    expectRefusal({ command, env: { DATABASE_URL: url }, says });

  it('is refused when it does not exist', () =>
    refused(
      'migrate-up',
      /does not exist/,
      database.url.replace(/optout_lab_test_\w+/, 'optout_lab_test_none'),
    ));

  it('is refused when the role may not create anything there', async () => {
    await refused('db-up', /may not create schemas and tables/, role.url);
  });

  it('is refused when it holds what the lab did not make, and the flag is named', async () => {
    await owner.query('create table public.outbound_messages (id integer)');
    await refused('db-up', /1 object that .*\(public\.outbound_messages\).*--allow-nonempty/);
    await refused('migrate-up', /--allow-nonempty/);
  });

  it('stays as it was when a migration fails half way, and is not taken for the lab’s', async () => {
    const outcome = await runCommandFile('db/commands/migrate-up.ts', ['--allow-nonempty'], {
      env: { DATABASE_URL: database.url },
    });
    assert.match(
      outcome.stderr,
      /^error: migrate failed: .*"outbound_messages" already exists.*\n$/,
    );
    assert.equal(outcome.exitCode, 2);
    const { rows } = await owner.query(
      `select to_regnamespace('optout_lab') as schema, to_regclass('public.profiles') as profiles`,
    );
    assert.deepEqual(rows, [{ schema: null, profiles: null }]);
    await refused('db-up', /--allow-nonempty/);
    const down = await runCommandFile('db/commands/migrate-down.ts', [], {
      env: { DATABASE_URL: database.url },
    });
    assert.deepEqual([down.exitCode, down.stderr], [0, '']);
    assert.match(down.stdout, /^there is no schema of the lab/);
    await owner.query('drop table public.outbound_messages');
  });

  it('is refused to a role that does not own the lab in it', async () => {
    const up = await runCommandFile('db/commands/migrate-up.ts', [], {
      env: { DATABASE_URL: database.url },
    });
    assert.deepEqual([up.exitCode, up.stderr], [0, '']);
    await refused('migrate-up', /may not use the lab in this database/, role.url);
    await refused('migrate-down', /may not use the lab in this database/, role.url);
  });

  it('keeps its rows until the flag says that they may go', async () => {
    await owner.query(`insert into public.profiles (name) values ('somebody')`);
    await refused('migrate-down', /^error: profiles hold rows, .* migrate:down -- --drop-rows /);
    const { rows } = await owner.query('select name from public.profiles');
    assert.deepEqual(rows, [{ name: 'somebody' }]);
    const down = await runCommandFile('db/commands/migrate-down.ts', ['--drop-rows'], {
      env: { DATABASE_URL: database.url },
    });
    assert.deepEqual([down.exitCode, down.stderr], [0, '']);
    assert.match(down.stdout, /^the schema is gone/);
  });
});

describe(`a bad ${dataDirVariable}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-bad-'));
  const account = serverAccount();

  before(() => chmodSync(folder, 0o755));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const home = (name: string, files: Readonly<Record<string, string>> = {}): string => {
    const path = join(folder, name);
    mkdirSync(join(path, 'data'), { recursive: true, mode: 0o755 });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, 'data', file), text);
    if (account.differs) chownSync(path, account.uid, account.gid);
    return path;
  };
  const refused = (path: string, says: RegExp, command = 'db-up'): Promise<void> =>
    expectRefusal({ command, env: { DATABASE_URL: undefined, [dataDirVariable]: path }, says });

  it('is refused when it is a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    await refused(join(folder, 'file'), /is not a folder/);
  });

  for (const path of ['/proc/optout-lab', '/proc/optout-lab/home']) {
    it(`is refused where no folder can be made: ${path}`, () =>
      refused(path, /cannot make the folder/));
  }

  it('is refused when its data folder holds somebody’s files, which stay', async () => {
    const path = home('files', { 'letter.txt': 'dear' });
    await refused(path, /holds files that the lab did not make/);
    assert.deepEqual(readdirSync(join(path, 'data')), ['letter.txt']);
  });

  it('is refused when its data folder is a cluster of somebody else, which stays', async () => {
    const path = home('foreign', { PG_VERSION: '18\n', 'pg_hba.conf': 'theirs' });
    await refused(path, /holds files that the lab did not make/);
    assert.deepEqual(readdirSync(join(path, 'data')).sort(), ['PG_VERSION', 'pg_hba.conf']);
  });

  it('is refused when its data is of another major version', () =>
    refused(
      home('older', { PG_VERSION: '14\n', 'optout-lab.conf': '' }),
      /holds data of PostgreSQL 14, and this server is PostgreSQL \d+/,
    ));

  it('is refused to db:url when no server runs there', () =>
    refused(home('stopped'), /no server is running: npm run db:up/, 'db-url'));

  for (const character of ['$HOME', '`id`', '"', '\\']) {
    it(`is refused with ${character} in its name, which PostgreSQL's tools would have a shell read`, () =>
      refused(join(folder, `a${character}b`), /tools cannot work in .*: set OPTOUT_LAB_DATA_DIR/));
  }

  it('is refused below a folder that the server’s account cannot enter, which is named', async (t) => {
    if (!account.differs) return t.skip('not root');
    const closed = join(folder, 'closed to others');
    mkdirSync(join(closed, 'open'), { recursive: true });
    chmodSync(closed, 0o700);
    await refused(
      join(closed, 'open', 'home'),
      /cannot enter \/\S+\/closed to others, .*chmod o\+x '\/\S+\/closed to others'/,
    );
  });

  it('is refused to an account without a name, under which PostgreSQL does not run', async (t) => {
    if (!account.differs) return t.skip('not root');
    const nameless = { uid: 54_321, gid: 54_321 };
    if (spawnSync(process.execPath, ['--version'], nameless).error !== undefined)
      return t.skip('this Node is in a folder that other accounts cannot enter');
    const path = join(folder, 'nameless');
    mkdirSync(path);
    chownSync(path, nameless.uid, nameless.gid);
    const outcome = await runCommandFile('db/commands/db-up.ts', [], {
      env: { DATABASE_URL: undefined, HOME: undefined, [dataDirVariable]: path },
      ...nameless,
    });
    assert.match(outcome.stderr, /^error: PostgreSQL runs under no account .* uid 54321 [^\n]*\n$/);
    assert.equal(outcome.exitCode, 2);
  });

  it('is refused as root when it is a folder of somebody else, which keeps its owner', async (t) => {
    if (!account.differs) return t.skip('not root');
    const path = join(folder, 'roots');
    mkdirSync(path);
    writeFileSync(join(path, 'file'), '');
    await refused(path, /belongs to uid 0/);
  });
});
