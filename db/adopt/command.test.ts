import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { withoutServerVariables } from '../connection/environment.ts';
import { runCommandFile } from '../testing/run-command-file.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { exampleNames, examplePath, exampleText } from './examples.ts';
import { splitStatements } from './split-statements.ts';
import { createStrangersDatabase, describeCatalog, makeHistory } from './testing.ts';

const names = [
  ...['01_prepare.sql', '02_install.sql', '03_backfill.sql', '04_switch_on.sql'],
  ...['05_verify.sql', '06_roll_back.sql'],
];

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-adopt-'));
after(() => rmSync(folder, { recursive: true }));

const wrongMapping = join(folder, 'wrong.json');
writeFileSync(wrongMapping, JSON.stringify({ ...JSON.parse(exampleText('lab')), threshold: 0 }));

/** The path of a mapping that names a design. */
const withDesign = (design: string): string => {
  const file = join(folder, `${design}.json`);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(exampleText('lab')), design }));
  return file;
};

const adopt = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCommandFile('db/commands/adopt.ts', args, { env: { DATABASE_URL: undefined, ...env } });

describe('adopt', () => {
  it('prints each example, from which it writes files that state their locks and isolation', async () => {
    for (const name of exampleNames) {
      const { stdout, exitCode } = await adopt(['--example', name]);
      assert.equal(exitCode, 0);
      assert.equal(stdout, exampleText(name));
      const mapping = join(folder, `${name}.json`);
      writeFileSync(mapping, stdout);
      const written = await adopt([mapping]);
      assert.equal(written.exitCode, 0, written.stderr);
      assert.deepEqual(readdirSync(join(folder, name)).sort(), names);
      for (const file of names) {
        const text = readFileSync(join(folder, name, file), 'utf8');
        assert.match(text, /^-- \d\. .*\n(--.*\n)*-- Locks: .*\n(--.*\n)*-- Isolation: /, file);
        assert.match(text, /^set lock_timeout = '50ms';$/m, file);
        assert.doesNotMatch(text, /\{[a-z ]+\}/, 'every placeholder is filled');
        assert.ok(splitStatements(text).length > 3);
      }
    }
  });

  it('writes the same files for the same mapping, into the folder that is named', async () => {
    const out = join(folder, 'elsewhere');
    const mapping = examplePath('webhook');
    for (let time = 0; time < 2; time++)
      assert.equal((await adopt([mapping, '--out', out])).exitCode, 0);
    assert.deepEqual(readdirSync(out).sort(), names);
    const again = join(folder, 'again');
    await adopt([mapping, '--out', again]);
    for (const name of names) {
      assert.equal(readFileSync(join(out, name), 'utf8'), readFileSync(join(again, name), 'utf8'));
    }
  });

  for (const [args, says] of [
    [[], /name a mapping/],
    [[wrongMapping], /wrong\.json: threshold: not a whole number from 1/],
    [
      [withDesign('row_security')],
      /design: design row_security cannot be adopted: .*\(select on blocked_contacts\)/,
    ],
    [
      [withDesign('blocked_hash')],
      /design: design blocked_hash cannot be adopted: .*"alter table public\.blocked_contacts drop/,
    ],
    [[withDesign('statement_triger')], /design: .*did you mean "statement_trigger"\?/],
    [['nowhere.json'], /cannot read the mapping nowhere\.json/],
    [['--example', 'webhok'], /there is no example "webhok": did you mean "webhook"\?/],
    [[examplePath('lab'), '--inspect'], /name a database/],
    [[examplePath('lab'), '--inspect', 'mysql://x'], /not a PostgreSQL URL/],
    [
      [examplePath('lab'), '--inspect', 'postgres://u:secret@127.0.0.1:9/db'],
      /put a URL with a password into DATABASE_URL/,
    ],
    [[examplePath('lab'), '--inspect', 'postgres://u@127.0.0.1:9/db'], /cannot connect/],
    [
      [examplePath('lab'), '--inspect', 'postgres://u@127.0.0.1:9/db', '--out', 'x'],
      /--inspect writes no files/,
    ],
  ] as const) {
    it(`refuses: ${args.map((arg) => arg.replace(/^.*\//, '…/')).join(' ')}`, async () => {
      const { exitCode, stderr, stdout } = await adopt(args);
      assert.equal(exitCode, 2);
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /secret/);
      assert.equal(stdout, '');
      assert.ok(!readdirSync(folder).includes('wrong'));
    });
  }
});

describe('with a database', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createStrangersDatabase('webhook');
    client = await database.connect();
    await makeHistory(client, 2000);
    await client.query('analyze');
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('--inspect says what is there and what would be made, and writes nothing', async () => {
    const catalog = await describeCatalog(client);
    const { exitCode, stdout, stderr } = await adopt([examplePath('webhook'), '--inspect'], {
      DATABASE_URL: database.url,
    });
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^public\."Message": about 2,000 rows, [\d.]+ kB with indexes$/m);
    assert.match(stdout, /^hooks\.status_callbacks: about 2,000 rows, [\d.]+ kB with indexes$/m);
    assert.match(
      stdout,
      /^what is made: tables opt_outs, blocked_contacts and opt_ins and \d+ functions in opt_out, /m,
    );
    assert.match(stdout, /^the check: design blocked_contacts, .+$/m);
    assert.match(
      stdout,
      /^opt-outs: about 666 reports, by 2,000 that were read; at most [\d.]+ kB in opt_outs with its indexes$/m,
    );
    assert.match(
      stdout,
      /^the backfill: to read 666 of them .* \(an estimate, not a measurement\)$/m,
    );
    assert.match(stdout, /nothing stands in the way; nothing was written\n$/);
    assert.deepEqual(await describeCatalog(client), catalog);
  });

  it('--upgrade wants a database that has adopted by this mapping', async () => {
    const { exitCode, stderr } = await adopt([examplePath('webhook'), '--upgrade'], {
      DATABASE_URL: database.url,
    });
    assert.equal(exitCode, 2);
    assert.equal(
      stderr,
      'error: the database has adopted nothing, and the mapping says public."Message" and hooks.status_callbacks, into opt_out\n',
    );
  });

  it('--inspect ends with code 2 and one line where something stands in the way', async () => {
    const { exitCode, stdout, stderr } = await adopt([examplePath('lab'), '--inspect'], {
      DATABASE_URL: database.url,
    });
    assert.equal(exitCode, 2);
    assert.equal(
      stderr,
      'error: there is no table public.delivery_reports; there is no table public.outbound_messages\n',
    );
    assert.equal(stdout, '');
  });

  const psql = spawnSync('psql', ['--version']).status === 0;
  it('the files run with psql as they are', { skip: psql ? false : 'needs psql' }, async () => {
    const out = join(folder, 'for-psql');
    await adopt([examplePath('webhook'), '--out', out]);
    const run = (...args: readonly string[]): string => {
      const { status, stderr } = spawnSync(
        'psql',
        ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...args, database.url],
        { encoding: 'utf8', cwd: out, env: withoutServerVariables() },
      );
      assert.equal(status, 0, stderr);
      return stderr;
    };
    const catalog = await describeCatalog(client);
    for (const name of names.slice(0, 4)) run('-f', name);
    assert.match(run('-f', '05_verify.sql'), /verified: \d+ opt-outs, \d+ blocked numbers/);
    const upgraded = await adopt([examplePath('webhook'), '--upgrade'], {
      DATABASE_URL: database.url,
    });
    assert.match(
      upgraded.stdout,
      /^the database has version \d+, which is this one, and checks by blocked_contacts\n$/,
    );
    const another = join(folder, 'another.json');
    writeFileSync(
      another,
      JSON.stringify({ ...JSON.parse(exampleText('webhook')), design: 'statement_trigger' }),
    );
    const changed = await adopt([another, '--upgrade'], { DATABASE_URL: database.url });
    assert.equal(changed.exitCode, 0, changed.stderr);
    assert.match(
      changed.stdout,
      /another\/04_switch_on\.sql\nit puts statement_trigger in place of blocked_contacts\n$/,
    );
    run('-f', join(folder, 'another', '04_switch_on.sql'));
    const asked = await adopt([another, '--upgrade'], { DATABASE_URL: database.url });
    assert.match(asked.stdout, /, and checks by statement_trigger\n$/);
    run('-c', "set opt_out_adoption.roll_back = 'yes'", '-f', '06_roll_back.sql');
    assert.deepEqual(await describeCatalog(client), catalog);
  });
});
