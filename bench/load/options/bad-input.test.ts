import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, mock } from 'node:test';
import { CommanderError } from 'commander';
import { UserError } from '../../../db/cli/errors.ts';
import { listDesigns } from '../../../db/designs.ts';
import { runCommandFile } from '../../../db/testing/run-command-file.ts';
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
  [
    'a rate that is no number',
    ['--rate', 'fast'],
    /^error: option '--rate <n\|max>' argument 'fast' is invalid\. not a number of operations/,
  ],
  ['no rate', ['--rate', '0'], /'0' is invalid\. not a number of operations/],
  ['a negative rate', ['--rate=-5'], /'-5' is invalid\. not a number of operations/],
  ['a rate beyond all machines', ['--rate', '2000k'], /up to 1000000/],
  ['a rate without its number', ['--rate'], /argument missing/],
  ['a duration that is no time', ['--duration', 'long'], /'long' is invalid\. not a time/],
  ['a duration of nothing', ['--duration', '0'], /from 1 second to a week/],
  ['a duration of a month', ['--duration', '720h'], /from 1 second to a week/],
  ['a drain that is no time', ['--drain', '-1'], /'-1' is invalid\. not a time/],
  ['no connections', ['--clients', '0'], /'0' is invalid\. not a whole number from 1 to 4000/],
  ['half a connection', ['--clients', '1.5'], /whole number/],
  ['no workers', ['--workers', '0'], /'0' is invalid\. not a whole number from 1 to 64/],
  [
    'more workers than connections',
    ['--workers', '8', '--clients', '4'],
    /8 workers cannot share 4 connections/,
  ],
  [
    'a ramp that is no range',
    ['--ramp', '500'],
    /'500' is invalid\. not a range of rates such as 500..8000/,
  ],
  [
    'a ramp downwards',
    ['--ramp', '8000..500'],
    /'8000..500' is invalid\. not a range of rates such as/,
  ],
  ['a ramp without its end', ['--ramp', '500..'], /'500..' is invalid\. not a /],
  [
    'a ramp to the closed loop',
    ['--ramp', '500..max'],
    /'500..max' is invalid\. not a range of rates/,
  ],
  ['a ramp at a rate', ['--ramp', '500..8000', '--rate', '5'], /leave --rate out/],
  [
    'an objective that is none',
    ['--ramp', '5..8', '--slo', 'fast'],
    /'fast' is invalid\. not like p99<5ms/,
  ],
  [
    'an objective without a unit',
    ['--ramp', '5..8', '--slo', 'p99<5'],
    /'p99<5' is invalid\. not like p99<5ms/,
  ],
  [
    'an objective of an unknown percentile',
    ['--ramp', '5..8', '--slo', 'p42<5ms'],
    /p99.9, p99.99/,
  ],
  ['an objective beside pgbench', ['--compare-pgbench', '--slo', 'p99<5ms'], /leave --slo out/],
  ['a check that is neither', ['--check', 'maybe'], /not one of on, off/],
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
  ['a seed that is no number', ['--seed', 'x'], /'x' is invalid\. not a whole number from 0/],
  ['a seed too large', ['--seed', '4294967296'], /whole number from 0 to 4294967295/],
  ['an unknown isolation level', ['--isolation', 'snapshot'], /not one of read committed/],
  ['unknown arrivals', ['--arrivals', 'bursty'], /not one of constant, poisson/],
  ['unknown numbers', ['--numbers', 'zipf'], /not one of uniform, skewed/],
  ['a share above 1', ['--blocked-share', '1.1'], /not a share from 0 to 1/],
  ['shares above 1 together', ['--blocked-share', '0.95'], /together exceed 1/],
  ['--replace without a scale', ['--replace'], /--replace needs --scale/],
  ['pgbench at a rate', ['--compare-pgbench', '--rate', '5'], /leave --rate and --ramp out/],
  ['arrivals in a closed loop', ['--rate', 'max', '--arrivals', 'poisson'], /leave --arrivals out/],
  ...(
    [
      ['--keep'],
      ['--mix', 'opt-out-wave'],
      ['--mix', 'campaign'],
      ['--arrivals', 'poisson'],
      ['--numbers', 'skewed'],
      ['--blocked-share', '0.1'],
      ['--isolation', 'serializable'],
    ] as const
  ).map(
    (flags) =>
      [
        `pgbench with ${flags.join(' ')}`,
        ['--compare-pgbench', ...flags],
        new RegExp(`has a mix of its own.*: leave ${flags[0]} out`),
      ] as const,
  ),
  ['a shape and a mix', ['--shape', 'shape.json', '--mix', 'campaign'], /leave --mix out/],
  ['a shape that is not there', ['--shape', './none.json'], /cannot read the shape/],
  ['a trace at a rate', ['--trace', 'log.csv', '--rate', '5'], /leave --rate out/],
  [
    'a trace with arrivals',
    ['--trace', 'log.csv', '--arrivals', 'poisson'],
    /leave --arrivals out/,
  ],
  ['a speed without a trace', ['--speed', '2'], /--speed is for a --trace/],
  ['no speed', ['--trace', 'log.csv', '--speed', '0'], /'0' is invalid\. not a number above 0/],
  ['columns without a trace', ['--columns', 'c.json'], /--columns is for a --trace/],
  ['a database that is no name', ['--database', 'a b'], /not a name of small letters/],
  ['pgbench on all designs', ['--compare-pgbench', '--design', 'all'], /is for one design/],
  ['a run name that is a path', ['--run', '../x'], /--run names a folder/],
  [
    'a pooler on the way past all',
    ['--straight', '--pooler', 'pooler:6432'],
    /--straight goes to the nodes, past a --pooler/,
  ],
  [
    'a failover on the way past all',
    ['--failover', '--straight'],
    /--failover has servers of its own.*: leave --straight out/,
  ],
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

  it('and states a wrong value once', () => {
    for (const flag of ['--rate', '--ramp', '--slo', '--duration', '--drain', '--clients']) {
      assert.equal(refusalOf([flag, 'wrong']).split('wrong').length, 2, flag);
    }
    for (const flag of ['--workers', '--seed', '--isolation', '--arrivals', '--numbers']) {
      assert.equal(refusalOf([flag, 'wrong']).split('wrong').length, 2, flag);
    }
  });

  it('but takes all designs', () => {
    assert.equal(readLoadFlags(['--design', 'all']).options.designs.length, listDesigns().length);
  });

  for (const [what, args, says] of [
    ['a wrong flag', ['--rate', 'fast'], /'fast' is invalid/],
    ['flags that do not go together', ['--replace'], /--replace needs --scale/],
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
