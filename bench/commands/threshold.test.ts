import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import type pg from 'pg';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { readLoad } from '../load/results/read-load.ts';
import { readResults } from '../results/read-results.ts';

const out = mkdtempSync(join(tmpdir(), 'optout-lab-threshold-'));
let database: TestDatabase;
let client: pg.Client;
before(async () => {
  database = await createTestDatabase();
  client = await database.connect();
});
after(async () => {
  await client.end();
  await database.drop();
  rmSync(out, { recursive: true });
});

const works = async (file: string, ...args: readonly string[]): Promise<string> => {
  const outcome = await runCommandFile(file, args, { env: { DATABASE_URL: database.url } });
  assert.equal(outcome.exitCode, 0, `${outcome.stderr}\n${outcome.stdout}`);
  return outcome.stdout;
};
const bench = (run: string) =>
  works(
    'bench/commands/bench.ts',
    ...['--scale', '5000', '--designs', 'blocked_contacts', '--max-seconds', '2'],
    ...['--scenarios', 'refused,report-blocking', '--out', out, '--run', run],
  );
const load = (run: string) =>
  works(
    'bench/commands/load.ts',
    ...['--mix', 'opt-out-wave', '--blocked-share', '0.3', '--rate', '200', '--duration', '2'],
    ...['--clients', '4', '--drain', '600', '--out', out, '--run', run],
  );

it('a database that blocks from two profiles on is seeded, benched, loaded and verified by that', async () => {
  await client.query('select set_opt_out_block_threshold(2)');
  await bench('two');
  const { designs, dataSet } = readResults(join(out, 'two'));
  assert.deepEqual(
    designs[0]?.scenarios.map(({ failure }) => failure),
    [undefined, undefined],
  );
  const { rows } = await client.query<{ blocked: number }>(
    'select count(*)::integer as blocked from blocked_contacts',
  );
  assert.equal(dataSet.blockedContacts, rows[0]?.blocked);
  assert.match(await works('seed/commands/seed.ts', '--verify'), /all as predicted/);
  await load('load-two');
  const [trial] = readLoad(join(out, 'load-two')).trials;
  assert.ok(trial?.verification.ok === true && trial.counts.refused > 0);
});

it('one that blocks from four on has nobody to refuse in the data set, and says so', async () => {
  await client.query('select set_opt_out_block_threshold(4)');
  await bench('four');
  const [design] = readResults(join(out, 'four')).designs;
  const failureOf = (name: string) => design?.scenarios.find((one) => one.name === name)?.failure;
  assert.match(failureOf('refused') ?? '', /no contact of the data set is blocked/);
  assert.equal(failureOf('report-blocking'), undefined);
  assert.match(await works('seed/commands/seed.ts', '--verify'), /all as predicted/);
  await load('load-four');
  assert.equal(readLoad(join(out, 'load-four')).trials[0]?.verification.ok, true);
});
