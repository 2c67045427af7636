import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { CheckFailure } from '../../db/cli/errors.ts';
import { designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import type { TestDatabase } from '../../db/testing/test-database.ts';
import { readResults } from '../results/read-results.ts';
import { insertNotDurable } from '../scenarios/insert-not-durable.ts';
import { readOptions } from './options.ts';
import { runBench } from './run.ts';
import { createBenchLab } from './testing.ts';

let drop: () => Promise<void>;
let database: TestDatabase;
let lab: Lab;
let out: string;

before(async () => {
  ({ database, lab, out, drop } = await createBenchLab());
});

after(() => drop());

const options = (run: string) =>
  readOptions({
    scale: '5000',
    designs: 'blocked_contacts',
    scenarios: 'insert-not-durable,report-blocking,refused',
    maxSeconds: 3,
    out,
    run,
  });

const countRows = async (): Promise<unknown> => {
  const client = await database.connect();
  try {
    const { rows } = await client.query(
      `select
         (select count(*)::integer from outbound_messages) as messages,
         (select count(*)::integer from delivery_reports) as reports,
         (select count(*)::integer from opt_outs) as "optOuts",
         (select count(*)::integer from blocked_contacts) as "blockedContacts",
         (select count(*)::integer from pg_class
          where array_to_string(reloptions, ',') like '%autovacuum_enabled%') as settings`,
    );
    return rows[0];
  } finally {
    await client.end();
  }
};

it('a run leaves no rows and no settings behind, and its results fit the schema', async () => {
  const folder = await runBench(lab, options('first'), () => {});
  const results = readResults(folder);
  assert.equal(results.designs[0]?.status, 'timed');
  const { messages, reports, optOuts, blockedContacts } = results.dataSet;
  assert.deepEqual(await countRows(), { messages, reports, optOuts, blockedContacts, settings: 0 });
});

it('a design may be called as another piece of a run is', async () => {
  const named = { ...designNamed('blocked_hash'), name: 'pgbench' };
  const folder = await runBench(
    lab,
    { ...options('named'), designs: [named], scenarios: [insertNotDurable] },
    () => {},
  );
  const { designs, plans, pgbench } = readResults(folder);
  assert.deepEqual([designs.length, designs[0]?.name, designs[0]?.status], [1, 'pgbench', 'timed']);
  assert.equal(plans[0]?.design, 'pgbench');
  assert.ok(['measured', 'absent'].includes(pgbench.state));
});

it('a table that VACUUM cannot mend is told of, and what it did to the plan', async () => {
  const isAboutTables = (warning: string): boolean =>
    /all-visible|dead rows|Heap Fetches/.test(warning);
  const before = readResults(join(out, 'first'));
  assert.deepEqual(before.warnings.filter(isAboutTables), []);
  assert.equal(
    before.plans.find((plan) => plan.statement === 'insert-refused')?.summary?.heapFetches,
    0,
  );

  const client = await database.connect();
  const old = await database.connect();
  try {
    await old.query('begin isolation level repeatable read; select count(*) from opt_outs');
    await client.query('update opt_outs set ordinal = ordinal');
    await client.query('update blocked_contacts set phone = phone');
    // or this session counts its dead rows after VACUUM has counted them
    await client.query('select pg_stat_force_next_flush()');
    const folder = await runBench(lab, options('held-back'), () => {});
    const told = readResults(folder).warnings.filter(isAboutTables).join('\n');
    assert.match(told, /^Only \d+ % of the pages of opt_outs could be marked all-visible/m);
    assert.match(told, /^opt_outs holds 1,350 dead rows beside 1,350 live ones/m);
    assert.match(
      told,
      /^The check of blocked_contacts \(insert-refused\) read the table behind its index/m,
    );
  } finally {
    await old.end();
    await client.query('vacuum full analyze opt_outs, blocked_contacts');
    await client.end();
  }
});

it('a run that is refused before anything is measured leaves no folder', async () => {
  const refused = readOptions({ sweep: '3000,4000', maxSeconds: 3, out, run: 'refused' });
  for (let time = 0; time < 2; time++) {
    await assert.rejects(
      runBench(lab, refused, () => {}),
      /pass --replace/,
    );
    assert.equal(existsSync(join(out, 'refused')), false);
  }
});

it('a bench that the server lets no temporary file write for ends, with its own error', async () => {
  const client = await database.connect();
  const change = (to: string): Promise<unknown> =>
    client.query(`alter database ${client.escapeIdentifier(database.name)} ${to}`);
  try {
    await change(`set temp_file_limit = '100kB'`);
    await change(`set work_mem = '64kB'`);
    const { exitCode, stderr } = await runCommandFile(
      'bench/commands/bench.ts',
      [
        ...['--scale', '100k', '--replace', '--designs', 'blocked_contacts', '--out', out],
        ...['--scenarios', 'insert-not-durable', '--max-seconds', '1', '--run', 'no-temp'],
      ],
      { env: { DATABASE_URL: database.url } },
    );
    assert.match(
      stderr,
      /\nerror: a limit of the server was reached \(temporary file size exceeds [^\n]*\n$/,
    );
    assert.equal(exitCode, 2);
  } finally {
    await change('reset temp_file_limit');
    await change('reset work_mem');
    await client.end();
  }
});

// the last one: its database has lost a trigger
it('a check that does not hold stops the run before anything is timed', async () => {
  const client = await database.connect();
  await client.query('drop trigger delivery_reports_record_opt_out_insert on delivery_reports');
  await client.end();
  await assert.rejects(
    runBench(lab, { ...options('broken'), replace: true }, () => {}),
    CheckFailure,
  );
});
