import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { type Part, runParts } from './run-parts.ts';

/** Ends well, quickly, and needs no server. */
const good = (name: string): Part => ({
  name,
  title: name,
  script: 'seed',
  file: 'seed/commands/seed.ts',
  args: ['--help'],
  makes: name,
});
/** Ends with exit code 2. */
const bad = (name: string): Part => ({ ...good(name), args: ['--scale', 'huge'] });

describe('commands that are parts of one thing', () => {
  let folder: string;
  let told: string[];
  let printed: Buffer[];
  const listener = {
    kept: ({ name }: { name: string }) => told.push(`kept ${name}`),
    begins: ({ name }: { name: string }) => told.push(`begins ${name}`),
    ended: ({ name }: { name: string }) => told.push(`ended ${name}`),
    output: (data: Buffer) => printed.push(data),
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'optout-reference-'));
    told = [];
    printed = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('goes on with the part that failed, and keeps those before it', async () => {
    await assert.rejects(
      runParts(folder, [good('a'), bad('b'), good('c')], listener),
      CheckFailure,
    );
    assert.deepEqual(told.splice(0), ['begins a', 'ended a', 'begins b']);
    const done = await runParts(folder, [good('a'), good('b'), good('c')], listener);
    assert.deepEqual(told, ['kept a', 'begins b', 'ended b', 'begins c', 'ended c']);
    assert.deepEqual(
      done.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
  });

  it('removes what a killed part left before it begins it again', async () => {
    mkdirSync(join(folder, 'a'));
    writeFileSync(join(folder, 'a', 'half.json'), '{');
    await runParts(folder, [good('a')], listener);
    assert.equal(existsSync(join(folder, 'a')), false);
  });

  it('keeps what a part printed, and how long it took', async () => {
    const [part] = await runParts(folder, [good('a')], listener);
    assert.match(readFileSync(join(folder, 'output', 'a.txt'), 'utf8'), /Usage: seed/);
    assert.deepEqual(readFileSync(join(folder, 'output', 'a.txt')), Buffer.concat(printed));
    assert.deepEqual(JSON.parse(readFileSync(join(folder, 'parts.json'), 'utf8')), [part]);
    assert.equal(part?.command, 'npm run seed -- --help');
  });

  it('refuses to mix parts of other commands, before it runs any', async () => {
    await runParts(folder, [good('a')], listener);
    told = [];
    await assert.rejects(runParts(folder, [good('b'), bad('a')], listener), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /made with other flags: .*--name NAME .*--again/);
      return true;
    });
    assert.deepEqual(told, []);
  });
});
