import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { reserveForBench } from '../database/reservation.ts';
import { commitsAreDurable } from '../environment/durability.ts';
import { readResults } from '../results/read-results.ts';
import { insertNotDurable } from '../scenarios/insert-not-durable.ts';
import { type BenchOptions, readOptions } from './options.ts';
import { runBench } from './run.ts';

let database: TestDatabase;
let lab: Lab;
let out: string;

before(async () => {
  database = await createTestDatabase();
  out = mkdtempSync(join(tmpdir(), 'optout-bench-'));
  const client = await database.connect();
  const { rows } = await client.query<{ server_version_num: string }>('show server_version_num');
  await client.end();
  lab = {
    url: database.url,
    server: { kind: 'external', url: database.url, givenUrl: database.url, close: async () => {} },
    major: Math.floor(Number(rows[0]?.server_version_num) / 10_000),
    connect: () => database.connect(),
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
});

after(async () => {
  await database.drop();
  rmSync(out, { recursive: true });
});

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

it('a sweep that was interrupted goes on where it was, and measures nothing twice', async () => {
  const sweep = (resume: boolean): BenchOptions =>
    readOptions({
      sweep: '2000,5000',
      designs: 'blocked_contacts,blocked_hash',
      scenarios: 'insert-not-durable',
      maxSeconds: 12,
      replace: true,
      out,
      run: 'swept',
      resume,
    });
  const interrupted = new Error('interrupted');
  await assert.rejects(
    runBench(lab, sweep(false), (what) => {
      if (what === 'blocked_hash: checks') throw interrupted;
    }),
    interrupted,
  );
  await assert.rejects(
    runBench(lab, sweep(false), () => {}),
    /go on with it by --resume/,
  );
  const said: string[] = [];
  const folder = await runBench(lab, sweep(true), (what) => said.push(what));
  assert.deepEqual(
    said.filter((what) => /sweep|build/.test(what)),
    ['blocked_hash: build'],
  );
  const results = readResults(folder);
  assert.equal(results.resumedAt?.length, 1);
  assert.deepEqual(
    results.sweep.map(({ messages, designs }) => [messages, designs.map(({ name }) => name)]),
    [2_000, 5_000].map((messages) => [messages, ['blocked_contacts', 'blocked_hash']]),
  );
  for (const { status, checkNsPerRow, ratio } of results.sweep.flatMap((point) => point.designs)) {
    assert.equal(status, 'timed');
    assert.ok(checkNsPerRow !== undefined && ratio !== undefined);
  }
  const { scaling } = results;
  assert.deepEqual(
    scaling?.sizes.map(({ rows }) => rows),
    [80, 200, 1_000],
  );
  for (const { lookup, probe } of scaling?.sizes ?? []) {
    assert.ok(lookup.ratio.low > 0 && lookup.ratio.high < 10);
    assert.ok(probe.ns.value < lookup.ns.value);
  }
  const client = await database.connect();
  const { rows: left } = await client.query(
    `select to_regnamespace('optout_lab_scaling') as schema`,
  );
  await client.end();
  assert.deepEqual(left, [{ schema: null }]);
  await assert.rejects(
    runBench(lab, sweep(true), () => {}),
    /no unfinished run/,
  );
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

it('two benches on one database: the second is refused', async () => {
  const session = await reserveForBench(lab);
  try {
    await assert.rejects(reserveForBench(lab), UserError);
  } finally {
    await session.close();
  }
});

it('a threshold that a bench changed is put back, by itself or by the next one', async () => {
  const client = await database.connect();
  const threshold = async (): Promise<unknown> =>
    (await client.query('select opt_out_block_threshold() as now')).rows[0]?.now;
  const blocked = async (): Promise<unknown> =>
    (await client.query('select array_agg(phone order by phone) as phones from blocked_contacts'))
      .rows[0]?.phones;
  try {
    const before = await blocked();
    const change = 'select from set_opt_out_block_threshold(2)';
    const killed = await reserveForBench(lab);
    await killed.admin.query(change);
    await killed.admin.end();
    assert.equal(await threshold(), 2);
    assert.notDeepEqual(await blocked(), before);
    const next = await reserveForBench(lab);
    assert.equal(await threshold(), 3);
    assert.deepEqual(await blocked(), before);
    await next.admin.query(change);
    await next.close();
    assert.equal(await threshold(), 3);
    assert.deepEqual(await blocked(), before);
  } finally {
    await client.end();
  }
});

it('what an older lab’s killed bench left is taken back, though its record had another name', async () => {
  const client = await database.connect();
  try {
    const killed = await reserveForBench(lab);
    await killed.admin.query('create schema optout_lab_growth');
    await killed.admin.query('select from set_opt_out_block_threshold(2)');
    await killed.admin.query('alter table optout_lab.bench_reservation rename to bench_session');
    await killed.admin.end();
    await (await reserveForBench(lab)).close();
    const { rows } = await client.query(
      `select opt_out_block_threshold() as threshold,
         to_regclass('optout_lab.bench_session') as record,
         to_regnamespace('optout_lab_growth') as tables`,
    );
    assert.deepEqual(rows, [{ threshold: 3, record: null, tables: null }]);
  } finally {
    await client.end();
  }
});

it('what an older lab left beside this lab’s record is taken back with it', async () => {
  const client = await database.connect();
  try {
    const killed = await reserveForBench(lab);
    await killed.admin.query('select from set_opt_out_block_threshold(2)');
    await killed.admin.query(
      `create table optout_lab.bench_session as table optout_lab.bench_reservation;
       update optout_lab.bench_session set threshold = 2`, // as it found it
    );
    await killed.admin.end();
    await (await reserveForBench(lab)).close();
    await client.query(
      'create table optout_lab.bench_session as table optout_lab.bench_reservation with no data',
    );
    await (await reserveForBench(lab)).close();
    const { rows } = await client.query(
      `select opt_out_block_threshold() as threshold, to_regclass('optout_lab.bench_session') as record`,
    );
    assert.deepEqual(rows, [{ threshold: 3, record: null }]);
  } finally {
    await client.end();
  }
});

it('a bench that was killed in the middle of a long statement keeps no other out', async () => {
  const killed = await reserveForBench(lab);
  const working = assert.rejects(killed.admin.query('select pg_sleep(600)'));
  killed.admin.connection.stream.destroy();
  await working;
  const next = await reserveForBench(lab);
  await next.close();
});

it('where commits do not wait for the disk by default, a durable scenario waits all the same', async () => {
  const client = await database.connect();
  const change = (to: string): Promise<unknown> =>
    client.query(`alter database ${client.escapeIdentifier(database.name)} ${to}`);
  await change('set synchronous_commit = off');
  try {
    const wanted = readOptions({
      ...{ scale: '5000', designs: 'blocked_contacts', scenarios: 'insert-durable' },
      ...{ maxSeconds: 1, replace: true, out, run: 'unsafe' },
    });
    const results = readResults(await runBench(lab, wanted, () => {}));
    const [scenario] = results.designs[0]?.scenarios ?? [];
    assert.equal(scenario?.name, 'insert-durable');
    assert.equal(scenario.durable, true);
  } finally {
    await change('reset synchronous_commit');
    await client.end();
  }
});

it('a session whose commits do not wait for the disk is not taken for durable', async () => {
  const client = await database.connect();
  try {
    assert.equal(await commitsAreDurable(client), true);
    await client.query('set synchronous_commit = off');
    assert.equal(await commitsAreDurable(client), false);
  } finally {
    await client.end();
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
