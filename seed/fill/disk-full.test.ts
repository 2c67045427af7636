import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { connect } from '../../db/connection/connect.ts';
import { serverAccount } from '../../db/server/account.ts';
import { dataDirVariable } from '../../db/server/paths.ts';
import { until } from '../../db/testing/embedded-drill.ts';
import {
  type CommandOutcome,
  runCommandFile,
  startCommandFile,
} from '../../db/testing/run-command-file.ts';
import { holdBefore, letGo, release } from '../testing/hold.ts';

/** A disk of its own for a server: only root may mount one. */
const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

describe('a disk that fills up in the middle of a seed', {
  skip: mayMount ? false : 'only root can mount a small disk',
}, () => {
  const disk = mkdtempSync(join(tmpdir(), 'optout-lab-disk-'));
  const home = join(disk, 'home');
  const filler = join(disk, 'filler');
  const env = { DATABASE_URL: undefined, [dataDirVariable]: home };
  const args = ['--scale', '400k'];
  let url = '';

  before(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512m', 'tmpfs', disk]);
    chmodSync(disk, 0o755);
    mkdirSync(home);
    const { uid, gid } = serverAccount();
    chownSync(home, uid, gid);
    const up = await runCommandFile('db/commands/db-up.ts', [], { env });
    assert.equal(up.exitCode, 0, up.stderr);
    url = up.stdout.trim().split('\n').at(-1) ?? '';
  });
  after(async () => {
    rmSync(filler, { force: true }); // a test that failed left it: nothing can be stopped on a full disk
    const down = await runCommandFile('db/commands/db-down.ts', [], { env });
    assert.equal(down.exitCode, 0, down.stderr);
    await unmounted();
    rmSync(disk, { recursive: true });
  });

  /** Takes the disk away: a server's last process may still be on its way out of it. */
  async function unmounted(): Promise<void> {
    for (;;) {
      try {
        execFileSync('umount', [disk], { stdio: 'ignore' });
        return;
      } catch {
        await delay(100);
      }
    }
  }

  it('is told in one line; the server lives, and with room again the seed is finished', async () => {
    const client = await connect(url);
    const full = await seedAndFill(client);
    assert.match(full.stderr, /^error: the disk of the server is full: free some space.*kept\n$/);
    assert.equal(full.exitCode, 2);
    const { rows } = await client.query<{ messages: number }>(
      'select count(*)::integer as messages from outbound_messages',
    );
    assert.ok([0, 400_000].includes(rows[0]?.messages ?? -1), 'a part of a table');

    rmSync(filler);
    await letGo(client);
    await client.end();
    const resumed = await runCommandFile('seed/commands/seed.ts', args, { env });
    assert.equal(resumed.exitCode, 0, resumed.stderr);
    assert.match(resumed.stdout, /kept: .*copy profiles/);
    const verified = await runCommandFile('seed/commands/seed.ts', ['--verify'], { env });
    assert.equal(verified.exitCode, 0, verified.stderr);
  });

  /** Begins a seed, and takes all room away while its messages are on their way. */
  async function seedAndFill(client: pg.Client): Promise<CommandOutcome> {
    await holdBefore(client, 'copy outbound_messages');
    const { child, outcome } = startCommandFile('seed/commands/seed.ts', args, { env });
    await until('the first table is filled', async () => {
      assert.equal(child.exitCode, null, 'the seed ended before its test');
      const { rows } = await client.query(
        `select from optout_lab.seed_stages where stage = 'copy profiles'`,
      );
      return rows.length === 1;
    });
    const file = await open(filler, 'w');
    const part = Buffer.alloc(1024 ** 2);
    await assert.rejects(
      async () => {
        for (;;) await file.write(part);
      },
      { code: 'ENOSPC' },
    );
    await file.close();
    await release(client);
    return outcome;
  }
});
