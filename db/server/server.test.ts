import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { connect } from '../connection/connect.ts';
import {
  assertIntact,
  type Drill,
  newDrill,
  skipDrills,
  until,
} from '../testing/embedded-drill.ts';
import { freePort, listen, portOf } from '../testing/free-port.ts';
import type { RunningCommand } from '../testing/run-command-file.ts';
import { serverAccount } from './account.ts';

describe('the embedded server', { skip: skipDrills }, () => {
  let drill: Drill;
  beforeEach(() => {
    drill = newDrill();
  });
  afterEach(() => drill.remove());

  it('is used by a second command, which leaves it running, until db:down', async () => {
    const url = await drill.up();
    const pid = drill.pid();
    const migrated = await drill.run('db/commands/migrate-up.ts');
    assert.deepEqual([migrated.exitCode, migrated.stderr], [0, '']);
    assert.equal(await drill.up(), url);
    assert.equal(drill.pid(), pid);
    assert.equal((await drill.run('db/commands/db-url.ts')).stdout.trim(), url);
    const down = await drill.run('db/commands/db-down.ts');
    assert.match(down.stdout, /the embedded server stopped/);
    assert.equal(drill.pid(), undefined);
  });

  it('is stopped by the command that started it', async () => {
    const migrated = await drill.run('db/commands/migrate-up.ts');
    assert.deepEqual([migrated.exitCode, migrated.stderr], [0, '']);
    assert.equal(drill.pid(), undefined);
  });

  it('is reachable by its owner alone', async () => {
    const url = await drill.up();
    const socketDir = new URL(url.replace('///', '//socket/')).searchParams.get('host') ?? '';
    for (const folder of [drill.home, join(drill.home, 'data'), socketDir]) {
      const { mode, uid } = statSync(folder);
      assert.equal(mode & 0o077, 0, folder);
      assert.equal(uid, serverAccount().uid, folder);
    }
    const client = await connect(url);
    const { rows } = await client.query('show listen_addresses');
    await client.end();
    assert.deepEqual(rows, [{ listen_addresses: '' }]);
  });

  it('keeps what was committed when it is killed, and the next command starts it again', async () => {
    const url = await drill.up();
    const client = await connect(url);
    await client.query(`insert into outbound_messages (to_number, body) values ('+1', 'kept')`);
    await drill.killServer();
    await client.end().catch(() => {});
    assert.equal(await drill.up(), url);
    const again = await connect(url);
    const { rows } = await again.query('select body from outbound_messages');
    await again.end();
    assert.deepEqual(rows, [{ body: 'kept' }]);
    await assertIntact(url);
  });

  it('starts beside a pid file whose pid is another program’s by now', async () => {
    await drill.up();
    await drill.run('db/commands/db-down.ts');
    writeFileSync(join(drill.home, 'data', 'postmaster.pid'), `${process.pid}\n`);
    await drill.up();
    assert.notEqual(drill.pid(), process.pid);
  });

  it('is found while its pid file is not whole yet', async () => {
    const url = await drill.up();
    const file = join(drill.home, 'data', 'postmaster.pid');
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `${[...lines.slice(0, 4), ''].join('\n')}\n`); // as it begins
    assert.equal(await drill.answers(), false);
    assert.equal(await drill.up(), url);
    writeFileSync(file, lines.join('\n'));
  });

  it('is taken over from a command that was killed, and stopped by the next one', async () => {
    const killed = drill.start('db/commands/isolation.ts', '--designs=blocked_contacts');
    await untilWorking(killed, 'it answers', drill.answers);
    killed.child.kill('SIGKILL');
    assert.equal((await killed.outcome).signal, 'SIGKILL');
    assert.ok(drill.pid() !== undefined);
    const next = await drill.run('db/commands/migrate-up.ts');
    assert.match(next.stderr, /^taking over the server of a command that was killed\n$/);
    assert.equal(next.exitCode, 0);
    assert.equal(drill.pid(), undefined);
  });

  const stages: Readonly<Record<string, (drill: Drill) => boolean | Promise<boolean>>> = {
    // the folder is renamed when initdb is done: where a slow test sees only that, it comes a stage late
    'the cluster is made': ({ home }) =>
      existsSync(join(home, 'data.unfinished')) || existsSync(join(home, 'data')),
    'the server starts': ({ pid }) => pid() !== undefined,
    'it works': ({ answers }) => answers(),
  };
  for (const [stage, reached] of Object.entries(stages)) {
    it(`is stopped by Ctrl-C while ${stage}, and the next command works`, async () => {
      const command = drill.start('db/commands/isolation.ts', '--designs=blocked_contacts');
      await untilWorking(command, stage, async () => reached(drill));
      command.child.kill('SIGINT');
      const outcome = await command.outcome;
      assert.equal(outcome.exitCode, 130);
      assert.match(outcome.stderr, /interrupted \(SIGINT\): cleaning up/);
      assert.equal(drill.pid(), undefined, outcome.stderr);
      await drill.up();
    });
  }

  it('says in one line that a port may not be used, and why', {
    // not within it: Node 20 runs no afterEach after that, and the folder would be left
    skip: !isReserved(80) && 'every account may listen on port 80 here',
  }, async () => {
    const outcome = await drill.run('db/commands/db-up.ts', '--tcp-port=80');
    assert.equal(outcome.stderr, 'error: cannot listen on 127.0.0.1:80: permission denied\n');
    assert.equal(outcome.exitCode, 2);
  });

  it('says in one line that a port is in use, and starts without it afterwards', async () => {
    const taken = await listen(0);
    const outcome = await drill.run('db/commands/db-up.ts', `--tcp-port=${portOf(taken)}`);
    taken.close();
    assert.match(outcome.stderr, /^error: port \d+ is in use by another program[^\n]*\n$/);
    assert.equal(outcome.exitCode, 2);
    await drill.up();
  });

  it('listens with a password when asked to, which stands in no log', async () => {
    const port = await freePort();
    const up = await drill.run('db/commands/db-up.ts', `--tcp-port=${port}`);
    assert.equal(up.exitCode, 0, up.stderr);
    const url = (await drill.run('db/commands/db-url.ts', '--tcp')).stdout.trim();
    const { password } = new URL(url);
    assert.ok(password.length > 20);
    await (await connect(url)).end();
    await assert.rejects(connect(url.replace(password, 'guessed')), (error) => {
      assert.match(String(error), /password authentication failed/);
      assert.doesNotMatch(String(error), /guessed/);
      return true;
    });
    assert.deepEqual(drill.filesWith(password), []);
    assert.ok(!up.stdout.includes(password) && !up.stderr.includes(password));
  });
});

/** Waits for a stage of a command, which must not end before. */
function untilWorking(
  { child }: RunningCommand,
  stage: string,
  reached: () => Promise<boolean>,
): Promise<void> {
  return until(stage, async () => {
    assert.equal(child.exitCode, null, `it ended before: ${stage}`);
    return reached();
  });
}

/** Whether the system keeps a port from accounts that are not root. */
function isReserved(port: number): boolean {
  const file = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
  return existsSync(file) && port < Number(readFileSync(file, 'utf8'));
}
