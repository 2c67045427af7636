import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { connect } from '../../db/connection/connect.ts';
import {
  type Drill,
  newDrill,
  skipDrills,
  until,
  untilSaid,
} from '../../db/testing/embedded-drill.ts';
import type { RunningCommand } from '../../db/testing/run-command-file.ts';
import { seedApplication } from '../../seed/fill/connections.ts';
import { holdBefore, letGo } from '../../seed/testing/hold.ts';

/*
 * Somebody else's transaction is open on the messages: an application that forgot to commit, or a prepared
 * transaction, which is nobody's session. Each command that changes the table says who it is and lets the
 * application's sends through meanwhile.
 */
describe('a command that needs a lock on the messages', { skip: skipDrills }, () => {
  let drill: Drill;
  let url: string;
  let holder: pg.Client;
  let application: pg.Client;

  before(async () => {
    drill = newDrill();
    const first = await connect(await drill.up());
    await first.query('alter system set max_prepared_transactions = 5');
    await first.end();
    assert.equal((await drill.run('db/commands/db-down.ts')).exitCode, 0);
    url = await drill.up();
    assert.equal((await drill.run('seed/commands/seed.ts', '--scale', '20000')).exitCode, 0);
    holder = await connect(url, 'forgotten');
    application = await connect(url, 'application');
    // or a send that is queued behind a wait would never be answered: nobody ends the holder
    await application.query(`set lock_timeout = '30s'`);
  });
  after(async () => {
    await holder.end();
    await application.end();
    await drill.remove();
  });

  const send = (session: pg.Client): Promise<unknown> =>
    session.query(
      `insert into outbound_messages (to_number, body) values ('+12025550100', 'a text')`,
    );

  async function hold(): Promise<void> {
    await holder.query('begin');
    await send(holder);
  }

  /** The application sends until the command has named the holder, and some more. */
  async function sendUntilNamed(command: RunningCommand, name: RegExp): Promise<void> {
    let named = false;
    const naming = untilSaid(command, name).then(() => {
      named = true;
    });
    while (!named && command.child.exitCode === null) await send(application);
    await naming;
    for (let sent = 0; sent < 5; sent++) await send(application);
    const { rows } = await application.query(
      `select from pg_locks where relation = 'outbound_messages'::regclass and granted
         and (pid is null or pid = (select pid from pg_stat_activity where application_name = 'forgotten'))`,
    );
    assert.ok(rows.length > 0, 'the holder has let go');
  }

  const load = ['--rate', '50', '--duration', '1', '--clients', '2', '--drain', '600'];
  const idle =
    /waiting for a lock that is held by process \d+ \("forgotten", role \w+, idle in transaction since [^\n]*\n/;
  const prepared =
    /waiting for a lock that is held by the prepared transaction 'forgotten' \(of role /;

  for (const [name, file, args] of [
    ['a load', 'bench/commands/load.ts', load],
    ['a change of the threshold', 'bench/commands/bench-threshold.ts', ['--to', '4']],
    ['a seed', 'seed/commands/seed.ts', ['--scale', '20000', '--replace']],
  ] as const) {
    it(`${name} says who holds it, lets sends through, and goes on when it is free`, async () => {
      await hold();
      if (name === 'a change of the threshold') {
        // it waits for reporters, not for senders
        await holder.query('lock table opt_outs in share mode');
      }
      const out = name === 'a load' ? ['--out', join(drill.home, 'reports')] : [];
      const command = drill.start(file, ...args, ...out);
      await sendUntilNamed(command, idle);
      await holder.query('rollback');
      const { exitCode, stderr } = await command.outcome;
      assert.equal(exitCode, 0, stderr);
    });
  }

  for (const [name, file, args] of [
    ['a load', 'bench/commands/load.ts', load],
    ['a bench', 'bench/commands/bench.ts', ['--scale', '20000', '--designs', 'blocked_hash']],
    ['migrate:down', 'db/commands/migrate-down.ts', ['--drop-rows']],
  ] as const) {
    it(`${name} names a prepared transaction, and Ctrl-C ends the wait while it is still there`, async () => {
      await hold();
      await holder.query(`prepare transaction 'forgotten'`);
      try {
        const out = name === 'migrate:down' ? [] : ['--out', join(drill.home, 'reports')];
        const command = drill.start(file, ...args, ...out);
        await sendUntilNamed(command, prepared);
        command.child.kill('SIGINT');
        const { exitCode, stderr } = await command.outcome;
        assert.equal(exitCode, 130, stderr);
        const { rows } = await holder.query('select gid from pg_prepared_xacts');
        assert.deepEqual(rows, [{ gid: 'forgotten' }]);
        const sessions = await holder.query(
          `select application_name from pg_stat_activity where wait_event_type = 'Lock'`,
        );
        assert.deepEqual(sessions.rows, []);
      } finally {
        await holder.query(`rollback prepared 'forgotten'`);
      }
    });
  }

  for (const [name, file, args] of [
    ['a verification', 'seed/commands/seed.ts', ['--scale', '20000', '--verify']],
    ['a bench', 'bench/commands/bench.ts', ['--scale', '20000', '--designs', 'blocked_contacts']],
    ['migrate:down', 'db/commands/migrate-down.ts', []],
  ] as const) {
    it(`${name} that only reads says once who keeps it from it, and Ctrl-C ends the wait`, async () => {
      await holder.query('begin');
      await holder.query('lock table profiles, outbound_messages in access exclusive mode');
      const out = name === 'a bench' ? ['--out', join(drill.home, 'reports')] : [];
      const command = drill.start(file, ...args, ...out);
      await untilSaid(
        command,
        /waiting for a lock that is held by process \d+ \("forgotten", role \w+, idle in transaction since [^\n]*, last: lock table profiles[^\n]*\n/,
      );
      command.child.kill('SIGINT');
      const { exitCode, stderr } = await command.outcome;
      assert.equal(exitCode, 130, stderr);
      assert.equal(stderr.split('waiting for a lock').length, 2, stderr);
      await holder.query('rollback');
    });
  }

  it('a seed says who keeps it from VACUUM, which has no lock_timeout, and goes on when it is free', async () => {
    await holdBefore(application, 'copy blocked_contacts');
    const command = drill.start('seed/commands/seed.ts', '--scale', '20000', '--replace');
    const waits = (application_name: string): Promise<void> =>
      until(`${application_name} waits`, async () => {
        assert.equal(command.child.exitCode, null, 'the seed ended before its test');
        const { rows } = await application.query(
          `select from pg_stat_activity where wait_event_type = 'Lock' and application_name like $1`,
          [application_name],
        );
        return rows.length > 0;
      });
    await waits(`${seedApplication}%`);
    await holder.query('begin');
    const locked = holder.query('lock table blocked_contacts in access exclusive mode');
    await waits('forgotten'); // so that it is next, before the seed's VACUUM
    await letGo(application);
    await locked;
    await untilSaid(command, /waiting for a lock that is held by process \d+ \("forgotten"/);
    await holder.query('rollback');
    const { exitCode, stderr } = await command.outcome;
    assert.equal(exitCode, 0, stderr);
  });

  it('migrate:down gives up in one line with exit code 2, and all of the schema is there', async () => {
    await hold();
    const { exitCode, stderr } = await drill.run('db/commands/migrate-down.ts', '--drop-rows');
    assert.equal(exitCode, 2);
    assert.match(
      stderr,
      /^waiting for a lock [^\n]*"forgotten"[^\n]*\nerror: gave up after 20 tries [^\n]*"forgotten"[^\n]*pg_terminate_backend[^\n]*\n$/,
    );
    await holder.query('rollback');
    const { rows } = await holder.query('select opt_out_block_threshold() as threshold');
    assert.deepEqual(rows, [{ threshold: 3 }]);
  });
});
