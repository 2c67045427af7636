import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { expectRefused } from '../conformance/expect.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import { examplePath } from './examples.ts';
import { readMapping } from './read-mapping.ts';
import { createStrangersDatabase, makeHistory, runStep } from './testing.ts';

/*
 * What the files do where somebody else holds what they need, and where they are cut short.
 */

const { sendingRole: _, ...mapping } = readMapping(examplePath('text-codes'));
const { threshold } = mapping;

/** The last number of the history in the order of numbers: the backfill comes to it last. */
const lastPhone = '12015550700';

let database: TestDatabase;
let client: pg.Client;
let holder: pg.Client;

beforeEach(async () => {
  database = await createStrangersDatabase('text-codes');
  client = await database.connect();
  holder = await database.connect();
});
afterEach(async () => {
  await holder.end();
  await client.end();
  await database.drop();
});

const run = (...steps: readonly string[]): Promise<unknown> =>
  steps.reduce<Promise<unknown>>(
    (before, step) => before.then(() => runStep(database, mapping, step)),
    Promise.resolve(),
  );

const optOut = (phone: string, sender: number): Promise<unknown> =>
  client.query('select traffic.report(traffic.send($1, $2), true)', [phone, sender]);

/** Asks the database until the answer is yes. */
async function until(condition: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ yes: boolean }>(`select (${condition}) as yes`);
    if (rows[0]?.yes === true) return;
  }
}

describe('while a transaction keeps a table', () => {
  for (const [step, table, before] of [
    ['02', 'app.receipts', ['01']],
    ['02', 'app.messages', ['01']],
    ['04', 'app.messages', ['01', '02', '03']],
    ['06', 'app.messages', ['01', '02', '03', '04']],
  ] as const) {
    it(`${step} lets others send and report, and is done when ${table} is free`, async () => {
      await run(...before);
      await holder.query('begin');
      await holder.query(`lock table ${table} in row exclusive mode`);
      const done = runStep(database, mapping, step, ["set opt_out_adoption.roll_back = 'yes'"]);
      await until(
        `exists (select from pg_locks where relation = '${table}'::regclass and not granted)`,
      );
      await client.query("set lock_timeout = '30s'"); // to fail rather than to hang
      for (let sender = 0; sender < threshold; sender++) await optOut('12025550100', sender);
      await holder.query('commit');
      await done;
      if (step === '04') await expectRefused('a message', optOut('12025550100', 9));
    });
  }
});

describe('the backfill', () => {
  beforeEach(async () => {
    await makeHistory(client, 9000);
    await run('01', '02');
  });

  /** Records an opt-out of the last number as a reporter would, and does not commit it. */
  const holdLastPhone = async (): Promise<void> => {
    await holder.query('begin');
    await holder.query('select traffic.report(traffic.send($1, 8), true)', [lastPhone]);
  };
  /** Sessions of this database, for transactions of others' are locked in the same list. */
  const waiting = `from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
    where l.locktype = 'transactionid' and not l.granted and a.datname = current_database()`;
  const comesToLastPhone = `exists (select ${waiting})`;
  const missing = async (): Promise<readonly object[]> =>
    (
      await client.query<object>(
        `select * from traffic.opted_out
         except select phone, profile_id::text from opt_out.opt_outs`,
      )
    ).rows;

  it('gives way to a reporter, and records beside what he recorded', async () => {
    await holdLastPhone();
    const done = run('03');
    await until(comesToLastPhone);
    await holder.query('commit');
    await done;
    assert.deepEqual(await missing(), []);
    await run('04', '05');
    await expectRefused('a message', optOut(lastPhone, 8));
  });

  for (const [what, crash] of [
    ['goes on where it was killed', undefined],
    ['begins anew where a crash took its notes', 'truncate opt_out_adoption.reported'],
  ] as const) {
    it(what, async () => {
      await holdLastPhone();
      const done = run('03');
      done.catch(() => {}); // it is killed below
      await until(comesToLastPhone);
      const { rows: state } = await client.query<{ phase: string; recorded: string }>(
        'select phase, recorded from opt_out_adoption.adoption',
      );
      assert.equal(state[0]?.phase, 'record');
      const recorded = Number(state[0]?.recorded);
      assert.ok(recorded > 0);
      await client.query(`select pg_terminate_backend(l.pid) ${waiting}`);
      await assert.rejects(done, (error) => codeOf(error) === '57P01');
      await holder.query('rollback');
      await assert.rejects(run('04'), /the backfill is not finished/);
      if (crash !== undefined) await client.query(crash);

      const [notice = ''] = await runStep(database, mapping, '03');
      const { rows } = await client.query<{ all: number }>(
        'select count(*)::integer as all from opt_out.opt_outs',
      );
      const written = Number(/finished: (\d+) opt-outs recorded/.exec(notice)?.[1]);
      assert.equal(written, crash === undefined ? rows[0]?.all : Number(rows[0]?.all) - recorded);
      assert.deepEqual(await missing(), []);
      await run('04', '05');
    });
  }

  it('that could not free its notes is finished by the next run', async () => {
    await client.query('call opt_out_adoption.note_opt_outs()');
    await holder.query('begin');
    await holder.query('lock table opt_out_adoption.reported_0 in access share mode');
    const worker = await database.connect();
    await worker.query("set lock_timeout = '50ms'");
    await assert.rejects(
      worker.query('call opt_out_adoption.record_opt_outs()'),
      (error) => codeOf(error) === '55P03',
    );
    await worker.end(); // as psql ends
    await assert.rejects(run('04'), /the backfill is not finished/);
    await holder.query('commit');
    await run('03');
    assert.deepEqual(await missing(), []);
    assert.deepEqual(
      (await client.query(`select from pg_class where relname like 'reported\\_%'`)).rows,
      [],
    );
    await run('04', '05');
  });

  it('records nothing where a crash took its notes between its halves, and is not finished', async () => {
    await client.query('call opt_out_adoption.note_opt_outs()');
    await client.query('truncate opt_out_adoption.reported');
    await assert.rejects(
      client.query('call opt_out_adoption.record_opt_outs()'),
      /there is nothing noted to record/,
    );
    await assert.rejects(run('04'), /the backfill is not finished/);
    await run('03', '04', '05');
    assert.deepEqual(await missing(), []);
  });

  it('is one session’s at a time', async () => {
    await holdLastPhone();
    const done = run('03');
    await until(comesToLastPhone);
    await assert.rejects(run('03'), /under way in another session/);
    await holder.query('rollback');
    await done;
    await run('04', '05');
  });
});
