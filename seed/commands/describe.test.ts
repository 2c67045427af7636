import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { readShape } from '../shape/read-shape.ts';
import { createTestLab, seedQuietly, type TestLab } from '../testing/lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-describe-'));
after(() => rmSync(folder, { recursive: true }));
const run = (command: string, args: readonly string[], url?: string) =>
  runCommandFile(`seed/commands/${command}.ts`, args, { env: { DATABASE_URL: url ?? '' } });

describe('describe', () => {
  let lab: TestLab;
  before(async () => {
    lab = await createTestLab();
    await seedQuietly(lab, { messages: 20_000 });
  });
  after(() => lab.close());

  it('writes a shape that seed follows and verifies', async () => {
    const out = join(folder, 'shape.json');
    const written = await run('describe', ['--from', '--out', out], lab.url);
    assert.equal(written.exitCode, 0, written.stderr);
    assert.match(written.stdout, /all 5,000 contacts with 20,000 messages/);
    assert.equal(readShape(out).contacts.blocked.value, 0.16);
    await using other = await createTestLab();
    const flags = ['--scale', '20k', '--shape', out];
    const seeded = await run('seed', flags, other.url);
    assert.equal(seeded.exitCode, 0, seeded.stderr);
    assert.match(seeded.stdout, /scale 20000, seed 1, shape [0-9a-f]{8}: /);
    assert.match((await run('seed', flags, other.url)).stdout, /all there already/);
    assert.match((await run('seed', ['--verify'], other.url)).stdout, /all as predicted/);
    const like = await run(
      'describe',
      ['--from', '--out', join(folder, 'b.json'), '--like', out],
      other.url,
    );
    assert.match(like.stdout, /like .*shape\.json/);
    assert.equal(like.exitCode, 0, like.stdout);
    const refused = await run('seed', ['--scale', '20k'], other.url);
    assert.match(refused.stderr, /the database holds scale 20000, seed 1, shape/);
  });

  it('says where a database is not like a shape, and ends with 1', async () => {
    const out = join(folder, 'lab.json');
    await run('describe', ['--from', '--out', out], lab.url);
    const shape = readShape(out);
    const other = {
      ...shape,
      contacts: { ...shape.contacts, blocked: { value: 0.3, low: 0.3, high: 0.3 } },
    };
    writeFileSync(join(folder, 'other.json'), JSON.stringify(other));
    const { exitCode, stderr } = await run(
      'describe',
      ['--from', '--out', out, '--like', join(folder, 'other.json')],
      lab.url,
    );
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: not like .*other\.json: blocked contacts: 0\.3, and here 0\.16\n$/,
    );
  });

  it('leaves what was there where it fails, and nothing beside it', async () => {
    const out = join(folder, 'kept.json');
    writeFileSync(out, 'kept');
    const { exitCode, stderr } = await run(
      'describe',
      ['--from', '--out', out, '--timeout', '0.001'],
      lab.url,
    );
    assert.equal(exitCode, 2);
    assert.match(stderr, /^error: the server did not finish within 0.001 s.*\n$/);
    assert.equal(readFileSync(out, 'utf8'), 'kept');
    assert.ok(!existsSync(`${out}.part`));
  });
});

describe('bad input to describe, db:list and db:drop', { concurrency: 2 }, () => {
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, '{"formatVersion": 1, "kind": "shape"}');
  writeFileSync(join(folder, 'future.json'), '{"formatVersion": 99}');
  const rows: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['describe', [], /name a database with --from, or exported files/],
    ['describe', ['--from'], /name a database: its URL, or DATABASE_URL/],
    ['describe', ['--from', 'postgres://me:secret@127.0.0.1:9/db'], /can be read by others/],
    ['describe', ['--from', 'postgres://me@127.0.0.1:9/db'], /cannot connect to .*nothing listens/],
    ['describe', ['--from', 'postgres://me@127.0.0.1:9/db', 'file.csv'], /leave the files out/],
    ['describe', ['none.csv'], /cannot read none\.csv to its end/],
    ['describe', ['none.csv', '--mapping', 'm.json'], /--mapping is for the tables/],
    ['describe', ['none.csv', '--timeout', '5'], /--timeout is for a server/],
    ['describe', ['none.csv', '--columns', 'none.json'], /cannot read the columns none\.json/],
    ['describe', ['--from', '--columns', 'none.json'], /--columns is for files/],
    ['describe', ['--from', '--sample', '5'], /not a whole number from 1000/],
    ['describe', ['--from', '--out', '/nowhere/shape.json'], /cannot write/],
    ['seed', ['--shape', bad], /bad\.json: the file: "source" is missing/],
    ['seed', ['--shape', join(folder, 'future.json')], /format version 99, and this lab reads 1/],
    ['seed', ['--shape', join(folder, 'none.json')], /cannot read the shape/],
    ['seed', ['--shape', bad, '--ordinary-reports', '0.1'], /leave out --ordinary-reports/],
    ['seed', ['--shape', bad, '--scale', '5k'], /has 10000 messages or more/],
    ['seed', ['--database', 'Not a name'], /not a name of small letters/],
    ['seed', ['--database', 'template1'], /not a name of small letters/],
    ['db-drop', [], /missing required argument/],
    ['db-drop', ['lab2'], /without a terminal pass --yes/],
  ];
  for (const [command, args, says] of rows) {
    it(`${command} ${args.map((arg) => arg.replace(folder, '')).join(' ')}`, async () => {
      const { exitCode, stdout, stderr } = await run(command, args);
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /secret/);
      assert.deepEqual([exitCode, stdout], [2, '']);
    });
  }
});
