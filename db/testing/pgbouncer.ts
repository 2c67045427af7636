import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAddress, urlOf } from '../connection/address.ts';
import { canConnect } from '../connection/connect.ts';
import { runAs, serverAccount } from '../server/account.ts';
import { until } from './embedded-drill.ts';

/** Where it is installed, which is all that a test can ask. */
const program = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/opt/homebrew/bin/pgbouncer'].find(
  (path) => {
    try {
      return execFileSync(path, ['--version']).length > 0;
    } catch {
      return false;
    }
  },
);

/** Why a test needs to be skipped, or false. */
export const skipPgbouncer = program === undefined && 'no pgbouncer on this machine';

/** A pgbouncer before one server. */
export interface Pgbouncer {
  /** The server's URL, through it. */
  readonly url: string;
  /** The folder of its socket, and its port: `HOST:PORT`. */
  readonly place: string;
  /** Ends it, and starts it anew at the same place. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts one that lets everybody in.
 *
 * @param database that it leads to, whatever is asked for (default: the one that is asked for)
 */
export async function startPgbouncer(
  serverUrl: string,
  poolMode: 'session' | 'transaction' | 'statement',
  poolSize: number,
  database?: string,
): Promise<Pgbouncer> {
  const server = readAddress(serverUrl);
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-pgbouncer-'));
  chmodSync(folder, 0o777);
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
* = host=${server.host} port=${server.port} user=${server.user}${database === undefined ? '' : ` dbname=${database}`}
[pgbouncer]
unix_socket_dir = ${folder}
listen_port = 6432
auth_type = any
pool_mode = ${poolMode}
default_pool_size = ${poolSize}
`,
  );
  const url = urlOf({ ...server, host: folder, port: 6432 });
  const start = async (): Promise<() => Promise<void>> => {
    const child = spawn(program ?? '', ['-q', file], {
      ...runAs(serverAccount()),
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await until('pgbouncer answers', async () => {
      assert.equal(child.exitCode, null, 'pgbouncer ended');
      return (await canConnect(url)) === 'yes';
    });
    return async () => {
      child.kill('SIGKILL');
      await ended;
    };
  };
  let end = await start();
  return {
    url,
    place: `${folder}:6432`,
    async restart() {
      await end();
      rmSync(join(folder, '.s.PGSQL.6432'), { force: true }); // killed, it leaves it
      end = await start();
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true });
    },
  };
}
