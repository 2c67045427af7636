import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCommandFile } from '../../db/testing/run-command-file.ts';

/*
 * One row each: a command line, and what its one line must say. Every one of them exits with code 2,
 * prints exactly one line on standard error, and nothing on standard output; and it does so before
 * it looks for a server: nothing listens where DATABASE_URL points.
 */

async function expectRefusal(
  command: string,
  args: readonly string[],
  says: RegExp,
): Promise<void> {
  const outcome = await runCommandFile(`seed/commands/${command}.ts`, args, {
    env: { DATABASE_URL: 'postgres://somebody@127.0.0.1:9/db' },
  });
  assert.match(outcome.stderr, /^error: [^\n]+\n$/);
  assert.match(outcome.stderr, says);
  assert.equal(outcome.stdout, '');
  assert.equal(outcome.exitCode, 2);
}

const badInputs: readonly [command: string, args: readonly string[], says: RegExp][] = [
  ['seed', ['--no-such-flag'], /unknown option '--no-such-flag'/],
  ['seed', ['surplus'], /too many arguments/],
  ['seed', ['--scal', 'small'], /Did you mean --scale/],
  ['seed', ['--scale=mediun'], /unknown scale "mediun".*did you mean "medium"/],
  ['seed', ['--scale='], /unknown scale ""/],
  ['seed', ['--scale'], /argument missing/],
  ['seed', ['--scale=0'], /out of range: 1 to 1000000000 messages/],
  ['seed', ['--scale=-5'], /unknown scale "-5"/],
  ['seed', ['--scale=1.5'], /not a whole number of messages/],
  ['seed', ['--scale=2G'], /out of range/],
  ['seed', ['--seed=-1'], /not a whole number from 0 on/],
  ['seed', ['--seed=1.5'], /not a whole number/],
  ['seed', ['--seed=9007199254740993'], /not a whole number/],
  ['seed', ['--seed='], /not a whole number/],
  ['seed', ['--ordinary-reports=1.01'], /not a share from 0 to 1/],
  ['seed', ['--ordinary-reports=-0.1'], /not a share/],
  ['seed', ['--ordinary-reports=half'], /not a share/],
  ['seed', ['--verify', '--replace'], /--verify changes nothing: leave out --replace/],
  ['seed', ['--scale=tiny'], /cannot connect to .*nothing listens there/],
];

describe('bad input to the seeder', { concurrency: 2 }, () => {
  for (const [command, args, says] of badInputs) {
    it(`${command} ${args.join(' ')}`, () => expectRefusal(command, args, says));
  }
});
