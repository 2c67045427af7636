import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect } from '../../db/connection/connect.ts';
import {
  assertIntact,
  type Drill,
  newDrill,
  skipDrills,
  until,
  untilSaid,
} from '../../db/testing/embedded-drill.ts';
import type { RunningCommand } from '../../db/testing/run-command-file.ts';
import { holdBefore, letGo } from '../../seed/testing/hold.ts';
import { benchApplication } from '../database/reservation.ts';

/*
 * What happens when the server or a command ends in the middle. After each: amcheck finds nothing,
 * the next command works, and the database holds the data set and nothing else.
 */
describe('in the middle of a bench or a seed', { skip: skipDrills }, () => {
  const seed = ['--scale', '20000'] as const;
  let drill: Drill;
  let url: string;
  before(async () => {
    drill = newDrill();
    url = await drill.up();
    assert.equal((await drill.run('seed/commands/seed.ts', ...seed)).exitCode, 0);
  });
  after(() => drill.remove());

  /** Runs a bench until it times, for as long as it is let. */
  async function timing(run: string): Promise<RunningCommand> {
    const control = await connect(url);
    await until('the sessions of the bench before are gone', async () => {
      const { rows } = await control.query(
        "select from pg_stat_activity where application_name like $1 || '%'",
        [benchApplication],
      );
      return rows.length === 0;
    });
    await control.end();
    const command = drill.start(
      'bench/commands/bench.ts',
      ...seed,
      '--designs=blocked_contacts',
      '--scenarios=insert-not-durable,report-first',
      '--max-seconds=60',
      `--out=${join(drill.home, 'reports')}`,
      `--run=${run}`,
    );
    await untilSaid(command, /insert-not-durable/);
    return command;
  }

  it('a server that is killed, a bench that is killed, and Ctrl-C leave nothing behind', async () => {
    const underKill = await timing('server-killed');
    await drill.killServer();
    const { exitCode, stderr } = await underKill.outcome;
    assert.match(stderr, /\nerror: the server went away [^\n]*\n$/);
    assert.equal(exitCode, 2);
    await drill.up();
    await assertIntact(url);

    const killed = await timing('client-killed');
    killed.child.kill('SIGKILL');
    assert.match((await killed.outcome).stderr, /clearing up after a bench that was killed/);
    await assertIntact(url);

    const interrupted = await timing('interrupted');
    interrupted.child.kill('SIGINT');
    const last = await interrupted.outcome;
    assert.match(last.stderr, /clearing up after a bench that was killed/);
    assert.match(
      last.stderr,
      /\nwhat is done is kept; to go on: npm run bench -- --scale 20000 .* --run interrupted --resume\n$/,
    );
    assert.equal(last.exitCode, 130);
    await assertIntact(url);
    const verified = await drill.run('seed/commands/seed.ts', ...seed, '--verify');
    assert.equal(verified.exitCode, 0, verified.stderr + verified.stdout);
  });

  it('the server is killed under a seed, which goes on where it was when run again', async () => {
    const larger = ['--scale', '200000', '--replace'];
    const client = await connect(url);
    await holdBefore(client, 'build outbound_messages_pkey');
    const command = drill.start('seed/commands/seed.ts', ...larger);
    await until('messages are there', async () => {
      const { rows } = await client.query(
        `select from optout_lab.seed_stages where stage = 'copy outbound_messages'
           and (select messages from optout_lab.seed_record) = 200000`,
      );
      assert.equal(command.child.exitCode, null, 'the seed ended before its test');
      return rows.length === 1;
    });
    await drill.killServer();
    await client.end().catch(() => {});
    const { exitCode, stderr } = await command.outcome;
    assert.match(stderr, /error: [^\n]*\n$/);
    assert.equal(exitCode, 2, stderr);
    await drill.up();
    const control = await connect(url);
    await letGo(control);
    await control.end();
    await assertIntact(url);
    const again = await drill.run('seed/commands/seed.ts', ...larger);
    assert.equal(again.exitCode, 0, again.stderr);
    const verified = await drill.run('seed/commands/seed.ts', '--scale', '200000', '--verify');
    assert.equal(verified.exitCode, 0, verified.stderr + verified.stdout);
    await assertIntact(url);
  });

  it('the server is restarted in order in the middle of a COPY: the seed ends in one line, and goes on when run again', async () => {
    const other = ['--scale', '30000', '--replace'];
    const client = await connect(url);
    await holdBefore(client, 'copy outbound_messages');
    const command = drill.start('seed/commands/seed.ts', ...other);
    await until('the COPY of the messages waits to be committed', async () => {
      assert.equal(command.child.exitCode, null, 'the seed ended before its test');
      const { rows } = await client.query(
        `select from pg_locks where locktype = 'advisory' and not granted and objid = 77`,
      );
      return rows.length === 1;
    });
    const pid = drill.pid();
    assert.ok(pid !== undefined);
    process.kill(pid, 'SIGINT'); // a fast shutdown, as pg_ctl restart asks for
    await client.end().catch(() => {});
    const { exitCode, stderr } = await command.outcome;
    assert.match(stderr, /^error: [^\n]*\n$/);
    assert.equal(exitCode, 2, stderr);
    await drill.up();
    const control = await connect(url);
    await letGo(control);
    await control.end();
    const again = await drill.run('seed/commands/seed.ts', ...other);
    assert.equal(again.exitCode, 0, again.stderr);
    const verified = await drill.run('seed/commands/seed.ts', '--scale', '30000', '--verify');
    assert.equal(verified.exitCode, 0, verified.stderr + verified.stdout);
    await assertIntact(url);
  });
});
