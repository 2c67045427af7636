import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { examplePath } from '../../db/adopt/examples.ts';
import { UserError } from '../../db/cli/errors.ts';
import { requireWritableFile } from '../../db/cli/output-path.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createRunFolder } from '../results/run-folder.ts';

/*
 * One row each: a command line, and what its one line must say. Every one of them exits with code 2,
 * prints exactly one line on standard error, and nothing on standard output; and it does so before
 * it looks for a server: nothing listens where DATABASE_URL points.
 */

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-bench-flags-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'file');
writeFileSync(file, 'as it was');
const settings = join(folder, 'settings.conf');
writeFileSync(settings, 'work_mem = 8MB');

const ours = examplePath('lab');

const badInputs: readonly [command: string, args: readonly string[], says: RegExp][] = [
  ['bench-shapes', ['--shape=/nowhere.json'], /cannot read the shape/],
  ['bench', ['--no-such-flag'], /unknown option '--no-such-flag'/],
  ['bench', ['surplus'], /too many arguments/],
  ['bench', ['--precision=0'], /not a share above 0/],
  ['bench', ['--precision=1.5'], /not a share from 0 to 1/],
  ['bench', ['--max-seconds=0'], /not a number above 0/],
  ['bench', ['--clients=17'], /not a whole number from 1 to 16/],
  ['bench', ['--scenarios=bulk-9'], /no scenario "bulk-9"/],
  ['bench', ['--against-settings=/nowhere.conf'], /there is no file \/nowhere\.conf/],
  ['bench', [`--against-settings=${settings}`], /unset DATABASE_URL/],
  ['bench', ['--mapping=/nowhere.json'], /cannot read the mapping \/nowhere\.json/],
  ['bench', [`--mapping=${ours}`, '--scale=tiny'], /--scale is not for the tables of a mapping/],
  ['bench', [`--mapping=${ours}`, '--prefault'], /--prefault is not for the tables of a mapping/],
  [
    'bench',
    ['--against-design=blocked_hash', '--prefault'],
    /--prefault is not for a comparison of two places/,
  ],
  ['bench', [`--mapping=${ours}`, '--scenarios=insrt'], /did you mean "insert"/],
  ['bench', [`--mapping=${ours}`, '--json'], /a mapping has no --json/],
  ['bench-roads', ['--only=nowhere'], /no road and no design "nowhere"/],
  ['bench-roads', ['--picture=/proc/nowhere/x'], /cannot write \/proc\/nowhere\/x/],
  ['bench-coverage', ['--series=9'], /not a whole number from 10 on/],
  ['bench-coverage', ['--record=/proc/nowhere/x'], /cannot write \/proc\/nowhere\/x/],
  ['bench-coverage', [`--record=${file}`, '--scale=tinny'], /did you mean "tiny"/],
  ['bench-coverage', ['--ways', '--scale=tinny'], /did you mean "tiny"/],
  ['bench-coverage', ['--ways', `--record=${folder}/new`], /one of --record and --ways/],
  ['bench-rollout', ['--scale=tinny'], /did you mean "tiny"/],
  ['bench-rollout', ['--rate=0'], /not a number above 0/],
  ['bench-rollout', ['--clients=0'], /not a whole number from 1 to 100/],
  ['bench-rollout', ['--run=../x'], /--run names a folder/],
  ['bench-rollout', [`--out=${file}`], /is not a folder/],
  ['bench-seed', ['--no-such-flag'], /unknown option/],
  ['bench-seed', ['--pairs=0'], /not a whole number from 1 on/],
  ['bench-seed', ['--scale=tinny'], /did you mean "tiny"/],
  ['bench-seed', ['--out=/proc/nowhere/speed.json'], /cannot write \/proc\/nowhere\/speed\.json/],
  ['test', [], /cannot connect to .*nothing listens there/],
  ['test', ['--no-such-flag'], /unknown option '--no-such-flag'/],
  ['test', ['nothing-like-it'], /no test file matches/],
  [
    'test',
    ['bad-input', 'nothing-like-it', 'nor-this'],
    /no test file matches nothing-like-it, nor-this$/m,
  ],
  ['bench-threshold', ['--to=0'], /not a whole number from 1 to 100/],
  ['bench-threshold', ['--out=/sys/x'], /cannot write \/sys\/x: /],
  ['bench-threshold', [`--out=${file}/x`], /cannot write .*\/file\/x: ENOTDIR/],
  ['bench-threshold', [`--out=${folder}/none/x`], /cannot write .*\/none\/x: ENOENT/],
  ['bench-threshold', [`--out=${folder}`], /cannot write .*: EISDIR/],
  ['bench-threshold', [`--out=${folder}/new`], /cannot connect to .*nothing listens there/],
];

describe('bad input to a bench', { concurrency: 2 }, () => {
  for (const [command, args, says] of badInputs) {
    it(`${command} ${args.join(' ')}`, async () => {
      const outcome = await runCommandFile(`bench/commands/${command}.ts`, args, {
        env: { DATABASE_URL: 'postgres://somebody@127.0.0.1:9/db' },
      });
      assert.match(outcome.stderr, /^error: [^\n]+\n$/);
      assert.match(outcome.stderr, says);
      assert.deepEqual([outcome.exitCode, outcome.stdout], [2, '']);
    });
  }
});

describe('where results go', () => {
  it('is tried without a trace', () => {
    requireWritableFile(join(folder, 'another'));
    requireWritableFile(file);
    assert.equal(existsSync(join(folder, 'another')), false);
    assert.equal(readFileSync(file, 'utf8'), 'as it was');
  });

  for (const [what, out, says] of [
    ['a file', file, /^--out .*\/file is not a folder$/],
    ['in a file', join(file, 'x'), /^cannot make .*\/file\/x: .*\/file is not a folder$/],
    ['where no folder can be made', '/proc/x', /^cannot make \/proc\/x: ENOENT/],
    ['below that', '/proc/x/y', /^cannot make \/proc\/x\/y: ENOENT/],
  ] as const) {
    it(`is refused when it is ${what}`, () =>
      assert.throws(
        () => createRunFolder('tiny', new Date(), { out }),
        (error) => error instanceof UserError && says.test(error.message),
      ));
  }

  it('may be a folder in folders that are not there yet', () => {
    const out = join(folder, 'some', 'more');
    const { path } = createRunFolder('tiny', new Date(), { out, runName: 'run' });
    assert.equal(path, join(out, 'run'));
    assert.throws(
      () => createRunFolder('tiny', new Date(), { out, runName: 'run' }),
      /run exists already: give the run another name with --run/,
    );
  });
});
