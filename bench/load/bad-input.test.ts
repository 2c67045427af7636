import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, mock } from 'node:test';
import { CommanderError } from 'commander';
import { UserError } from '../../db/errors.ts';
import { runCommandFile } from '../../db/run-command-file.ts';
import { readLoadFlags } from './flags.ts';

/*
 * One row each: what is wrong with the flags of `npm run load`, and what its one line must say. They
 * are read in this process, before any server is asked; three go through the command itself.
 */

const folder = mkdtempSync(join(tmpdir(), 'optout-lab-load-flags-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const rows: readonly (readonly [string, readonly string[], RegExp])[] = [
  ['an unknown flag', ['--rates', '5'], /unknown option '--rates'.*Did you mean --rate/],
  ['an argument too many', ['campaign'], /too many arguments/],
  ['a rate that is no number', ['--rate', 'fast'], /rate "fast" is not a number of operations/],
  ['no rate', ['--rate', '0'], /rate "0" is not/],
  ['a negative rate', ['--rate=-5'], /rate "-5" is not/],
  ['a rate beyond all machines', ['--rate', '2000k'], /up to 1000000/],
  ['a rate without its number', ['--rate'], /argument missing/],
  ['a duration that is no time', ['--duration', 'long'], /duration "long" is not a time/],
  ['a duration of nothing', ['--duration', '0'], /from 1 second to a week/],
  ['a duration of a month', ['--duration', '720h'], /from 1 second to a week/],
  ['a drain that is no time', ['--drain', '-1'], /is not a time|argument missing/],
  ['no connections', ['--clients', '0'], /--clients "0" is not a whole number from 1/],
  ['half a connection', ['--clients', '1.5'], /whole number/],
  ['no workers', ['--workers', '0'], /--workers "0" is not a whole number from 1 to 64/],
  [
    'more workers than connections',
    ['--workers', '8', '--clients', '4'],
    /8 workers cannot share 4 connections/,
  ],
  ['a ramp that is no range', ['--ramp', '500'], /rate "" is not|not a range/],
  ['a ramp downwards', ['--ramp', '8000..500'], /is not a range of rates such as 500..8000/],
  ['a ramp to the closed loop', ['--ramp', '500..max'], /is not a range of rates/],
  ['a ramp at a rate', ['--ramp', '500..8000', '--rate', '5'], /leave --rate out/],
  [
    'an objective that is none',
    ['--ramp', '5..8', '--slo', 'fast'],
    /objective "fast" is not like p99<5ms/,
  ],
  ['an objective without a unit', ['--ramp', '5..8', '--slo', 'p99<5'], /is not like p99<5ms/],
  [
    'an objective of an unknown percentile',
    ['--ramp', '5..8', '--slo', 'p42<5ms'],
    /p99.9, p99.99/,
  ],
  ['an objective without a ramp', ['--slo', 'p99<5ms'], /add --ramp/],
  ['an unknown preset', ['--mix', 'campain'], /no preset "campain": did you mean "campaign"/],
  ['a mix file that is not there', ['--mix', './none.json'], /cannot read the mix file/],
  ['a mix file that is no JSON', ['--mix', file('no.json', '{')], /is not JSON/],
  ['a mix file without fields', ['--mix', file('empty.json', '{}')], /mix: name must be a text/],
  [
    'an unknown design',
    ['--design', 'blocked_contact'],
    /no design "blocked_contact": did you mean "blocked_contacts"/,
  ],
  ['one of several designs unknown', ['--design', 'blocked_contacts,x'], /no design "x"/],
  ['an unknown scale', ['--scale', 'huge'], /huge/],
  ['a seed that is no number', ['--seed', 'x'], /--seed "x" is not a whole number from 0/],
  ['a seed too large', ['--seed', '4294967296'], /whole number from 0 to 4294967295/],
  ['an unknown isolation level', ['--isolation', 'snapshot'], /not one of read committed/],
  ['unknown arrivals', ['--arrivals', 'bursty'], /not one of constant, poisson/],
  ['unknown numbers', ['--numbers', 'zipf'], /not one of uniform, skewed/],
  ['a share above 1', ['--blocked-share', '1.1'], /not a share from 0 to 1/],
  ['shares above 1 together', ['--blocked-share', '0.95'], /together exceed 1/],
  ['--replace without a scale', ['--replace'], /--replace needs --scale/],
  ['pgbench at a rate', ['--compare-pgbench', '--rate', '5'], /leave --rate and --ramp out/],
  ['a run name that is a path', ['--run', '../x'], /--run names a folder/],
];

/** What the command would print of these flags. */
function refusalOf(args: readonly string[]): string {
  const printed: string[] = [];
  const write = mock.method(process.stderr, 'write', (text: string) => printed.push(text) > 0);
  try {
    readLoadFlags(args);
  } catch (error) {
    if (error instanceof UserError) return `error: ${error.message}\n`;
    if (error instanceof CommanderError && error.exitCode !== 0) return printed.join('');
    throw error;
  } finally {
    write.mock.restore();
  }
  throw new Error('nothing was refused');
}

describe('load refuses in one line', () => {
  for (const [what, args, says] of rows) {
    it(what, () => {
      const refusal = refusalOf(args);
      assert.match(refusal, /^error: [^\n]+\n$/);
      assert.match(refusal, says);
    });
  }

  for (const [what, args, says] of [
    ['a wrong flag', ['--rate', 'fast'], /rate "fast"/],
    ['flags that do not go together', ['--slo', 'p99<5ms'], /add --ramp/],
    ['a server that is not there', [], /cannot connect to .*nothing listens there/],
  ] as const) {
    it(`and ends with code 2: ${what}`, async () => {
      const { exitCode, stdout, stderr } = await runCommandFile('bench/commands/load.ts', args, {
        env: { DATABASE_URL: 'postgres://somebody@127.0.0.1:9/db' },
      });
      assert.match(stderr, /^error: [^\n]+\n$/);
      assert.match(stderr, says);
      assert.deepEqual([exitCode, stdout], [2, '']);
    });
  }
});
