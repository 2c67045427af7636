import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { newCommand } from './command.ts';
import { UserError } from './errors.ts';
import { requireFlagsHandedOn } from './npm-flags.ts';
import { projectDir } from './project-dir.ts';

const command = newCommand('bench')
  .option('--designs <names>')
  .option('--scale <name>')
  .option('--max-seconds <n>')
  .option('--verify');
const npm = {
  npm_lifecycle_event: 'bench',
  npm_lifecycle_script: 'tsx bench/commands/bench.ts --scale large',
};
const file = '/checkout/bench/commands/bench.ts';

/* What is typed; what npm makes of it: variables and arguments; and the line that is right. */
const swallowed: readonly (readonly [string, Record<string, string>, string[], string])[] = [
  ['--designs all', { npm_config_designs: 'true' }, ['all'], '--designs=all'],
  ['--designs=all', { npm_config_designs: 'all' }, [], '--designs=all'],
  ['--verify', { npm_config_verify: 'true' }, [], '--verify'],
  ['--max-seconds=3', { npm_config_max_seconds: '3' }, [], '--max-seconds=3'],
  ["--scale='a b'", { npm_config_scale: 'a b' }, [], "'--scale=a b'"],
  [
    '--designs all --scale tiny', // npm does not tell which value is whose
    { npm_config_scale: 'true', npm_config_designs: 'true' },
    ['all', 'tiny'],
    '--designs=VALUE --scale=VALUE',
  ],
];

describe('a flag without the two dashes before it', () => {
  for (const [typed, variables, args, right] of swallowed) {
    it(`is answered with the line that hands it on: ${typed}`, () => {
      assert.throws(
        () => requireFlagsHandedOn(command, args, file, { ...npm, ...variables }),
        (error) =>
          error instanceof UserError && error.message.endsWith(`: npm run bench -- ${right}`),
      );
    });
  }

  it('is none where npm has no such flag, does not run this file, or runs nothing', () => {
    const kept = { npm_config_designs: 'all' };
    requireFlagsHandedOn(command, ['--designs', 'all'], file, npm);
    requireFlagsHandedOn(command, [], '/checkout/bench/commands/load.ts', { ...npm, ...kept });
    requireFlagsHandedOn(command, [], file, kept);
  });

  it('ends a command as other bad input does', () => {
    const outcome = spawnSync('npm', ['run', '--silent', 'db:url', '--tcp'], {
      cwd: projectDir,
      encoding: 'utf8',
    });
    assert.match(outcome.stderr, /^error: npm kept --tcp to itself: .*: npm run db:url -- --tcp$/m);
    assert.deepEqual([outcome.status, outcome.stdout], [2, '']);
  });
});

describe('npm run check', () => {
  it('tells of itself when asked for help, and runs nothing', () => {
    const outcome = spawnSync('npm', ['run', '--silent', 'check', '--', '--help'], {
      cwd: projectDir,
      encoding: 'utf8',
    });
    assert.match(outcome.stdout, /^Usage: check .*Check format, lint, types, SQL grammar/s);
    assert.deepEqual([outcome.status, outcome.stderr], [0, '']);
  });
});
