import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CommanderError } from 'commander';
import { UserError } from '../../db/cli/errors.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { readReferenceFlags } from './flags.ts';

const rows: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['a size that is none', ['--sizes', 'x'], /unknown scale "x"/],
  ['one of several sizes that is none', ['--sizes', '10k,1Q'], /unknown scale "1Q"/],
  ['no size', ['--sizes', ''], /unknown scale ""/],
  ['descending sizes', ['--sizes', '10k,5k'], /--sizes wants ascending sizes.*: 10k,5k/],
  ['a size twice', ['--sizes', '10k,10000'], /ascending sizes/],
  ['an unknown design', ['--designs', 'nope'], /no design "nope"/],
  ['one of several designs unknown', ['--designs', 'blocked_contacts,x'], /no design "x"/],
  ['a rate that is no number', ['--rate', 'fast'], /not a number above 0/],
  [
    'a rate beyond all machines',
    ['--rate', '2000000'],
    /--rate .*'2000000' is invalid\. not a number of operations/,
  ],
  ['a load too short', ['--load-seconds', '0.5'], /--load-seconds .*'0.5' is invalid\. not a time/],
  ['a name that is a path', ['--name', '../x'], /a folder.*: \.\.\/x/],
  [
    'another server without a name',
    ['--against', 'postgres://me:secret@here/db'],
    /^--against wants NAME=URL$/,
  ],
  [
    'another server that is none',
    ['--against', '17=mysql://here/db'],
    /^--against is not a PostgreSQL URL/,
  ],
  [
    'a password that others could read',
    ['--against', '17=postgres://me:secret@here/db'],
    /leave the password of --against to a password file/,
  ],
  [
    'two servers of one name',
    ['--against', '17=postgres://here/a', '--against', '17=postgres://here/b'],
    /--against names 17 twice/,
  ],
  ['an argument too many', ['surplus'], /too many arguments/],
];

describe('the flags of a reference', () => {
  for (const [what, args, says] of rows) {
    it(what, () =>
      assert.throws(
        () => readReferenceFlags(args),
        (error: unknown) => {
          assert.ok(error instanceof UserError || error instanceof CommanderError);
          assert.match(error.message, says);
          return true;
        },
      ),
    );
  }

  it('sizes may have spaces between them, which the parts do not get', () => {
    const { options } = readReferenceFlags(['--sizes', 'tiny, 100k']);
    assert.deepEqual(options.sizes, ['tiny', '100k']);
  });
});

describe('a reference that cannot be made', () => {
  const folder = mkdtempSync(join(projectDir, 'reports', 'test-reference-'));
  const name = basename(folder);
  const parts = join(folder, 'parts.json');
  const started = { title: '', startedAt: '', seconds: 1, commit: '' };
  writeFileSync(
    parts,
    JSON.stringify([{ name: 'bench', command: 'npm run bench -- --other', ...started }]),
  );
  after(() => rmSync(folder, { recursive: true }));

  const refused = async (args: readonly string[], says: RegExp): Promise<void> => {
    const outcome = await runCommandFile('bench/commands/reference.ts', ['--name', name, ...args], {
      env: { DATABASE_URL: 'postgres://somebody@127.0.0.1:9/db' },
    });
    assert.match(outcome.stderr, /^error: [^\n]+\n$/);
    assert.match(outcome.stderr, says);
    assert.equal(outcome.exitCode, 2);
  };

  it('--again with a wrong flag removes nothing', async () => {
    await refused(['--again', '--sizes', 'x'], /unknown scale "x"/);
    await refused([], /made with other flags/);
  });

  it('another one in the folder is said before a server is asked, with what to do', () =>
    refused(
      [],
      new RegExp(
        `error: reports/${name} was made with other flags: pass --name NAME to keep it, or --again to delete it`,
      ),
    ));
});
