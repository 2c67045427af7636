import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { canConnect, connect } from '../connection/connect.ts';
import { dataDirVariable } from '../server/paths.ts';
import { readSql } from '../sql.ts';
import {
  type CommandOutcome,
  type RunningCommand,
  runCommandFile,
  startCommandFile,
} from './run-command-file.ts';

/** Why the drills with a server of their own are not run a second time against DATABASE_URL; or false. */
export const skipDrills =
  (process.env['DATABASE_URL'] ?? '') !== '' && 'it needs the embedded server, to kill it';

/** An embedded server of a test's own, which it may kill. Commands run as a user would run them. */
export interface Drill {
  readonly home: string;
  run(file: string, ...args: readonly string[]): Promise<CommandOutcome>;
  /** The same in a shell that has more variables. */
  runWith(
    variables: Readonly<Record<string, string>>,
    file: string,
    ...args: readonly string[]
  ): Promise<CommandOutcome>;
  start(file: string, ...args: readonly string[]): RunningCommand;
  /** Starts the server and leaves it running. */
  up(): Promise<string>;
  /** The server's process, or undefined where its pid file is gone. */
  pid(): number | undefined;
  /** Whether the server answers. */
  answers(): Promise<boolean>;
  /** Files of its home that hold a text, but the one that keeps the password. */
  filesWith(text: string): readonly string[];
  /** Ends the server as a power cut would, and waits until it is gone. */
  killServer(): Promise<void>;
  /** Ends what was started, stops the server and removes all that it had. */
  remove(): Promise<void>;
}

/** Makes a drill in a folder of its own; nothing is started. */
export function newDrill(): Drill {
  const folder = mkdtempSync(join(tmpdir(), 'optout-drill-'));
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  const env = { DATABASE_URL: undefined, [dataDirVariable]: home };
  const started: RunningCommand[] = [];
  const drill: Drill = {
    home,
    run: (file, ...args) => runCommandFile(file, args, { env }),
    runWith: (variables, file, ...args) =>
      runCommandFile(file, args, { env: { ...env, ...variables } }),
    start(file, ...args) {
      const command = startCommandFile(file, args, { env });
      started.push(command);
      return command;
    },
    async up() {
      const outcome = await drill.run('db/commands/db-up.ts');
      assert.equal(outcome.exitCode, 0, outcome.stderr);
      return outcome.stdout.trim();
    },
    pid() {
      try {
        return Number.parseInt(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8'), 10);
      } catch {
        return undefined;
      }
    },
    async answers() {
      try {
        const lines = readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n');
        const [, , , port, socketDir] = lines; // written while the server starts
        if (!port || !socketDir) return false;
        const url = `postgres:///postgres?host=${socketDir}&port=${port}&user=postgres`;
        return (await canConnect(url)) === 'yes';
      } catch {
        return false;
      }
    },
    filesWith(text) {
      return readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
        (file) => file !== 'tcp-password' && contentOf(join(home, file)).includes(text),
      );
    },
    async killServer() {
      const pid = drill.pid();
      assert.ok(pid !== undefined, 'no server runs');
      process.kill(pid, 'SIGKILL');
      await until('the server is gone', async () => !isAlive(pid));
    },
    async remove() {
      for (const { child } of started) child.kill('SIGKILL'); // a test that failed left it running
      await Promise.all(started.map(({ outcome }) => outcome));
      const down = await drill.run('db/commands/db-down.ts');
      assert.equal(down.exitCode, 0, down.stderr);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
  return drill;
}

/** Waits for a condition, without a limit: a loaded machine takes as long as it takes. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let asked = 1; !(await condition()); asked++) {
    if (asked % 5_000 === 0) process.stderr.write(`still waiting until ${what}\n`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until a command has said something; fails where it ends without. */
export async function untilSaid(command: RunningCommand, what: RegExp): Promise<void> {
  let said = '';
  command.child.stderr?.on('data', (data: Buffer) => {
    said += data.toString();
  });
  await until(`it says ${what}`, async () => {
    assert.equal(command.child.exitCode, null, `it ended without: ${said}`);
    return what.test(said);
  });
}

/** Holds a database's tables and indexes to be sound: amcheck finds nothing. */
export async function assertIntact(url: string): Promise<void> {
  const client: pg.Client = await connect(url);
  try {
    await client.query('create extension if not exists amcheck');
    const { rows } = await client.query(readSql(new URL('./intact.test.sql', import.meta.url)));
    assert.deepEqual(rows, []);
    await client.query('drop extension amcheck');
  } finally {
    await client.end();
  }
}

/** What a file holds: nothing where it is none, or where the server has just removed it. */
function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (['EISDIR', 'ENOENT', 'ENXIO'].includes(codeOf(error) ?? '')) return Buffer.alloc(0);
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
