import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { canConnect } from '../connection/connect.ts';
import { until } from '../testing/embedded-drill.ts';
import { runCommandFile } from '../testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { runAs, serverAccount } from './account.ts';

/** Where it is installed, which is all that a test can ask. */
const pgbouncer = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(
  (path) => {
    try {
      return execFileSync(path, ['--version']).length > 0;
    } catch {
      return false;
    }
  },
);

describe('a pooler between the lab and the server', {
  skip: pgbouncer === undefined ? 'no pgbouncer on this machine' : false,
}, () => {
  let database: TestDatabase;
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-pooler-'));

  before(async () => {
    database = await createTestDatabase();
    chmodSync(folder, 0o777);
  });
  after(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  /** What a command (`db:up` unless named) says through a pgbouncer of that mode. */
  async function through(
    poolMode: string,
    poolSize = 5,
    commandFile = 'db/commands/db-up.ts',
  ): Promise<string> {
    const server = new URL(database.url.replace(/^postgres:\/\/\//, 'postgres://socket/'));
    const host = server.searchParams.get('host') ?? server.hostname;
    const port = server.searchParams.get('port') ?? (server.port || '5432');
    const user = server.searchParams.get('user') ?? (server.username || 'postgres');
    const file = join(folder, 'pgbouncer.ini');
    writeFileSync(
      file,
      `[databases]
* = host=${host} port=${port} user=${user}
[pgbouncer]
unix_socket_dir = ${folder}
listen_port = 6432
auth_type = any
pool_mode = ${poolMode}
default_pool_size = ${poolSize}
`,
    );
    const child = spawn(pgbouncer ?? '', ['-q', file], {
      ...runAs(serverAccount()),
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    const url = `postgres:///${database.name}?host=${folder}&port=6432&user=${user}&sslmode=disable`;
    try {
      await until('pgbouncer answers', async () => {
        assert.equal(child.exitCode, null, 'pgbouncer ended');
        return (await canConnect(url)) === 'yes';
      });
      const { exitCode, stderr } = await runCommandFile(commandFile, [], {
        env: { DATABASE_URL: url },
      });
      return `${exitCode} ${stderr}`;
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  }

  it('is refused where it shares sessions between transactions', async () => {
    assert.match(await through('transaction'), /^2 error: a pooler gives [^\n]* session mode\n$/);
  });

  it('is refused by the tests and by the isolation histories, too', async () => {
    for (const commandFile of ['bench/commands/test.ts', 'db/commands/isolation.ts']) {
      assert.match(
        await through('transaction', 5, commandFile),
        /^2 error: a pooler gives [^\n]*\n$/,
      );
    }
  });

  it('is refused where it has one connection for all', async () => {
    assert.match(await through('transaction', 1), /^2 error: the server lets a second [^\n]*\n$/);
  });

  it('is refused where it knows no transactions', async () => {
    assert.match(await through('statement'), /^2 error: the server does not let [^\n]*\n$/);
  });

  it('is none where it gives every session a process of its own', async () => {
    assert.equal(await through('session'), '0 ');
  });
});
