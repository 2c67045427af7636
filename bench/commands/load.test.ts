import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { lockDatabase } from '../../db/connection/database-lock.ts';
import { applyDesign, currentDesign, designNamed } from '../../db/designs.ts';
import {
  type RunningCommand,
  runCommandFile,
  startCommandFile,
} from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { reserveForBench } from '../database/reservation.ts';
import { loadMisfit, readLoad } from '../load/results/read-load.ts';
import type { LoadJson } from '../report/programs/load-json.ts';

let database: TestDatabase;
let client: pg.Client;
const reports = mkdtempSync(join(tmpdir(), 'optout-lab-load-runs-'));

before(async () => {
  database = await createTestDatabase();
  client = await database.connect();
});

after(async () => {
  await client.end();
  await database.drop();
  rmSync(reports, { recursive: true });
});

const command = 'bench/commands/load.ts';
const env = (): Record<string, string> => ({ DATABASE_URL: database.url });
const args = (run: string, ...more: readonly string[]): string[] => [
  ...['--out', reports, '--run', run, '--rate', '100', '--duration', '1', '--clients', '4'],
  ...['--drain', '600'],
  ...more,
];
const load = (run: string, ...more: readonly string[]) =>
  runCommandFile(command, args(run, ...more), { env: env() });

async function messages(): Promise<number> {
  return Number((await client.query('select count(*) from outbound_messages')).rows[0].count);
}

/** Resolves when the command's run has rows in the database. */
async function untilMessagesAreThere({ child }: RunningCommand): Promise<void> {
  while ((await messages()) === 0) {
    assert.equal(child.exitCode, null, 'the load ended before it had rows');
    await client.query('select pg_sleep(0.05)');
  }
}

describe('npm run load', () => {
  it('writes results that fit their schema, a page beside them, and lists it', async () => {
    const { exitCode, stdout, stderr } = await load(
      'schema',
      '--mix',
      'opt-out-wave',
      '--seed',
      '7',
    );
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.match(stdout, /^no data set here: [^\n]* seeds one\)$/m);
    assert.match(stdout, /^verified: [\d,]+ messages and [\d,]+ reports there/m);
    assert.ok(stdout.endsWith(`${join(reports, 'schema', 'index.html')}\n`));
    const list = readFileSync(join(reports, 'index.html'), 'utf8');
    assert.match(list, /href="schema\/index\.html"[\s\S]*opt-out-wave on blocked_contacts, 100\/s/);
    const value = JSON.parse(readFileSync(join(reports, 'schema', 'load.json'), 'utf8'));
    assert.equal(loadMisfit(value), undefined);
    const { trials, complete, drawSeed, dataSetSeed } = readLoad(join(reports, 'schema'));
    assert.deepEqual([drawSeed, dataSetSeed], [7, undefined]);
    assert.equal(complete, true);
    assert.equal(trials[0]?.mix.name, 'opt-out-wave');
    assert.match(loadMisfit({ ...value, trials: [{}] }) ?? '', /^trials\[0\]/);
  });

  it('prints JSON alone with --json, and writes what it verified and had to keep as JUnit', async () => {
    const junit = join(reports, 'load.xml');
    const asked = ['--slo', 'p50<1us', '--json', '--junit', junit];
    const { exitCode, stdout, stderr } = await load('for-programs', ...asked);
    assert.equal(exitCode, 1);
    const json: LoadJson = JSON.parse(stdout);
    assert.deepEqual(
      [json.run, json.trials[0]?.verified, json.trials[0]?.objective?.kept],
      ['for-programs', true, false],
    );
    assert.ok((json.trials[0]?.latencyMs.all.answers ?? 0) > 0);
    assert.match(stderr, /^campaign on blocked_contacts, 100\/s, 4 connections$/m);
    assert.match(stderr, /^verified: /m);
    assert.ok(stderr.includes(join(reports, 'for-programs', 'index.html')));
    const xml = readFileSync(junit, 'utf8');
    assert.match(xml, /<testsuites tests="2" failures="1"/);
    assert.match(xml, /name="p50&lt;1us: [^"]*"><failure message="p50 was [\d.]+ ms"/);

    const again = join(reports, 'again.xml');
    const report = await runCommandFile('bench/commands/report.ts', [
      ...[join(reports, 'for-programs'), '--json', '--junit', again],
    ]);
    assert.deepEqual([report.exitCode, report.stderr], [0, '']);
    assert.deepEqual([JSON.parse(report.stdout), readFileSync(again, 'utf8')], [json, xml]);
  });

  it('ends with code 1 and one line where an acknowledged message is not there', async () => {
    // a trigger that swallows rows: the application is told "done" and nothing is kept
    await client.query(`
      create function swallow() returns trigger language plpgsql as 'begin return null; end';
      create trigger swallow before insert on outbound_messages
        for each row when (right(new.id::text, 9) like '003%') execute function swallow()`);
    const { exitCode, stderr, stdout } = await load('swallow', '--duration', '2');
    await client.query('drop function swallow cascade');
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^error: the database is not what was acknowledged: acknowledged messages that are not there: 1 \(worker 0 number 3\)\n$/,
    );
    assert.match(stdout, /^NOT as acknowledged:$/m);
    assert.equal(readLoad(join(reports, 'swallow')).trials[0]?.verification.ok, false);
    assert.equal(await messages(), 0);
  });

  it('keeps its results when Ctrl-C ends it early, and leaves nothing in the database', async () => {
    const running = startCommandFile(command, args('interrupted', '--duration', '1h'), {
      env: env(),
    });
    await untilMessagesAreThere(running);
    running.child.kill('SIGINT');
    const { exitCode, stdout } = await running.outcome;
    assert.equal(exitCode, 130);
    assert.match(stdout, /^verified: /m);
    const { complete, trials } = readLoad(join(reports, 'interrupted'));
    assert.equal(complete, false);
    assert.equal(trials[0]?.interrupted, true);
    assert.equal(await messages(), 0);
  });

  it('takes several designs in turn and puts back the one that was there', async () => {
    await applyDesign(database.url, client, designNamed('profiles_array'));
    const { exitCode, stderr } = await load('designs', '--design', 'blocked_contacts,blocked_hash');
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.deepEqual(
      readLoad(join(reports, 'designs')).trials.map(({ design }) => design),
      ['blocked_contacts', 'blocked_hash'],
    );
    assert.equal((await currentDesign(client)).name, 'profiles_array');
    await applyDesign(database.url, client, designNamed('blocked_contacts'));
  });

  it('takes back what a load left that was killed: rows, derived rows, profiles, the design', async () => {
    const running = startCommandFile(
      command,
      args('killed', '--duration', '1h', '--design', 'blocked_hash', '--mix', 'opt-out-wave'),
      { env: env() },
    );
    await untilMessagesAreThere(running);
    running.child.kill('SIGKILL');
    await running.outcome;
    assert.ok((await messages()) > 0);
    assert.equal((await currentDesign(client)).name, 'blocked_hash');
    const { exitCode, stderr } = await load('after-killed');
    assert.deepEqual([exitCode, stderr], [0, 'removing what a load left that did not end\n']);
    assert.equal((await currentDesign(client)).name, 'blocked_contacts');
    const { rows } = await client.query(
      `select
         (select count(*)::int from outbound_messages) as messages,
         (select count(*)::int from delivery_reports) as reports,
         (select count(*)::int from opt_outs) as opt_outs,
         (select count(*)::int from profiles) as profiles,
         (select count(*)::int from optout_lab.load_reservation) as records`,
    );
    assert.deepEqual(rows, [{ messages: 0, reports: 0, opt_outs: 0, profiles: 0, records: 0 }]);
  });

  it('takes back what an older lab’s load left after one of this lab’s, and the design of before both', async () => {
    const tag = 216_103;
    const { rows: made } = await client.query<{ id: string }>(
      `insert into profiles (name) values ('this lab'), ('older lab') returning id`,
    );
    const [ours, older] = made.map(({ id }) => id);
    await client.query(
      `insert into optout_lab.load_reservation (design, run_tag, from_unix_ms, own_profile_ids)
       values ('blocked_contacts', $1, 0, array[$2::uuid])`,
      [tag, ours],
    );
    await client.query(
      'create table optout_lab.load_session as table optout_lab.load_reservation with no data',
    );
    await client.query(
      `insert into optout_lab.load_session (design, run_tag, from_unix_ms, own_profile_ids)
       values ('blocked_hash', $1, 0, array[$2::uuid])`,
      [tag + 1, older],
    );
    await applyDesign(database.url, client, designNamed('blocked_hash'));
    const { exitCode, stderr } = await load('after-older');
    const says = 'removing what a load left that did not end\n';
    assert.deepEqual([exitCode, stderr], [0, says + says]);
    assert.equal((await currentDesign(client)).name, 'blocked_contacts');
    const { rows } = await client.query(
      `select (select count(*)::int from profiles) as profiles,
         (select count(*)::int from optout_lab.load_reservation) as records,
         to_regclass('optout_lab.load_session') as old`,
    );
    assert.deepEqual(rows, [{ profiles: 0, records: 0, old: null }]);
  });

  for (const [lock, says] of [
    ['bench', 'a bench or another load is at work in this database: wait for it, or end it'],
    ['seed', 'a seed is at work in this database: wait for it, or end it'],
  ] as const) {
    it(`does not begin while a ${lock} is at work on the database, and makes no folder`, async () => {
      const other = await database.connect();
      await lockDatabase(other, lock, 'nobody else');
      const { exitCode, stderr } = await load(`during-${lock}`);
      await other.end();
      assert.deepEqual([exitCode, stderr], [2, `error: ${says}\n`]);
      assert.ok(!readdirSync(reports).includes(`during-${lock}`));
    });
  }

  it('keeps a bench from beginning while it runs', async () => {
    const running = startCommandFile(command, args('holding', '--duration', '1h'), { env: env() });
    await untilMessagesAreThere(running);
    await assert.rejects(lockDatabase(client, 'bench', 'busy'), /busy/);
    running.child.kill('SIGTERM');
    assert.equal((await running.outcome).exitCode, 143);
  });

  it('finds the highest rate that keeps an objective, and says what gave way', async () => {
    const { exitCode, stdout } = await runCommandFile(
      command,
      [
        ...['--out', reports, '--run', 'ramp', '--ramp', '20..40', '--slo', 'p50<30s'],
        ...['--duration', '2', '--clients', '4', '--drain', '600'],
      ],
      { env: env() },
    );
    assert.equal(exitCode, 0);
    assert.match(stdout, /the highest rate that was tried, 40\/s, kept it/);
    const [ramp] = readLoad(join(reports, 'ramp')).ramps;
    assert.deepEqual(
      ramp?.rates.map(({ rate, kept }) => [rate, kept]),
      [
        [20, true],
        [40, true],
      ],
    );
  });

  it('judges a plain load by its objective: code 1 and one line where it was not kept', async () => {
    const kept = await load('kept', '--slo', 'p50<30s');
    assert.deepEqual([kept.exitCode, kept.stderr], [0, '']);
    assert.match(kept.stdout, /^p50<30s: kept, p50 [\d.]+ ms$/m);
    const missed = await load('missed', '--slo', 'p50<1us');
    assert.equal(missed.exitCode, 1);
    assert.match(
      missed.stderr,
      /^error: blocked_contacts did not keep p50<1us: p50 was [\d.]+ ms\n$/,
    );
    const [trial] = readLoad(join(reports, 'missed')).trials;
    assert.deepEqual([trial?.objective?.kept, trial?.verification.ok], [false, true]);
  });

  it('ends a ramp in which no rate kept the objective with code 1', async () => {
    const { exitCode, stderr } = await runCommandFile(
      command,
      [
        ...['--out', reports, '--run', 'no-rate', '--ramp', '20..40', '--slo', 'p50<1us'],
        ...['--duration', '2', '--clients', '4', '--drain', '600'],
      ],
      { env: env() },
    );
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: no rate kept p50<1us with blocked_contacts: [^\n]*\n$/);
    assert.equal(readLoad(join(reports, 'no-rate')).ramps[0]?.highestRate, null);
  });

  const checkIsOn = async (): Promise<boolean> =>
    (
      await client.query(
        `select from pg_trigger where tgname = 'outbound_messages_refuse_blocked_insert'`,
      )
    ).rowCount === 1;
  it('puts the check back after Ctrl-C', async () => {
    const running = startCommandFile(
      command,
      args('off-interrupted', '--duration', '1h', '--check', 'off'),
      { env: env() },
    );
    await untilMessagesAreThere(running);
    assert.equal(await checkIsOn(), false);
    running.child.kill('SIGINT');
    assert.equal((await running.outcome).exitCode, 130);
    assert.equal(await checkIsOn(), true);
  });

  it('is followed, where it was killed with the check off, by a load or a bench that puts it back', async () => {
    const kill = async (run: string): Promise<void> => {
      const running = startCommandFile(command, args(run, '--duration', '1h', '--check', 'off'), {
        env: env(),
      });
      await untilMessagesAreThere(running);
      running.child.kill('SIGKILL');
      await running.outcome;
      assert.equal(await checkIsOn(), false);
    };
    await kill('off-killed');
    const lab = { url: database.url, connect: () => database.connect() };
    const bench = await reserveForBench(lab);
    assert.equal(await checkIsOn(), true);
    await bench.close();
    await load('after-off-killed'); // removes the killed one's rows
    await kill('off-killed-again');
    assert.equal((await load('after-off-killed-again')).exitCode, 0);
    assert.equal(await checkIsOn(), true);
  });

  it('keeps the seed of the data set and that of the draws, each by its name', async () => {
    const seeds = async (run: string, ...flags: readonly string[]): Promise<unknown> => {
      const { exitCode, stderr } = await load(run, ...flags);
      assert.equal(exitCode, 0, stderr);
      const { scale, dataSetSeed, drawSeed } = readLoad(join(reports, run));
      return { scale, dataSetSeed, drawSeed };
    };
    assert.deepEqual(await seeds('seeding', '--scale', '2000', '--seed', '7'), {
      scale: '2000',
      dataSetSeed: 7,
      drawSeed: 7,
    });
    assert.deepEqual(await seeds('another-seed', '--seed', '9'), {
      scale: '2000',
      dataSetSeed: 7,
      drawSeed: 9,
    });
  });

  it('runs with the check on and then off where both are asked for, and leaves it on', async () => {
    const { exitCode, stderr } = await load('check-both', '--check', 'both');
    assert.deepEqual([exitCode, stderr], [0, '']);
    assert.deepEqual(
      readLoad(join(reports, 'check-both')).trials.map(({ check }) => check),
      ['on', 'off'],
    );
    assert.match(
      readFileSync(join(reports, 'check-both', 'index.html'), 'utf8'),
      /In 1 of 2 loads the check was off[\s\S]*With the check and without\?/,
    );
    assert.equal(await checkIsOn(), true);
  });

  it('runs with the check off where that is asked for: says so, refuses nothing, and puts it back', async () => {
    const blocked = ['--blocked-share', '0.5']; // of the data set that is here now
    const on = await load('check-on', ...blocked);
    assert.equal(on.exitCode, 0, on.stderr);
    assert.ok((readLoad(join(reports, 'check-on')).trials[0]?.counts.refused ?? 0) > 0);
    const off = await load('check-off', ...blocked, '--check', 'off');
    assert.deepEqual([off.exitCode, off.stderr], [0, '']);
    assert.match(off.stdout, /^THE CHECK WAS OFF/m);
    assert.match(
      readFileSync(join(reports, 'check-off', 'index.html'), 'utf8'),
      /The check was off while it ran/,
    );
    const [trial] = readLoad(join(reports, 'check-off')).trials;
    assert.deepEqual(
      [trial?.check, trial?.counts.refused, trial?.verification.ok],
      ['off', 0, true],
    );
    assert.equal(await checkIsOn(), true);
  });
});
