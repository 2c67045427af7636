import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { resolveBinary } from 'dbmate';
import { onInterrupt } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { withoutPassword } from '../cli/hide-password.ts';
import { addressAsTaken, mayAskForSettings, settingsOfNewSession } from '../connection/connect.ts';
import { withoutServerVariables } from '../connection/environment.ts';
import { dbmateUrl } from '../connection/programs.ts';
import type { Settings } from '../connection/session-settings.ts';
import { type Patience, untilFree } from '../connection/wait-for-lock.ts';

/** A folder of migrations and the table that keeps its history. */
export interface MigrationSet {
  readonly folder: URL;
  readonly historyTable: string;
}

/** What dbmate's sessions are called in the server. */
export const dbmateApplication = 'optout-lab dbmate';

/** dbmate could not do what was asked; `message` is the server's own reason, `code` its SQLSTATE where that is told. */
export class MigrationError extends UserError {
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** A dbmate command over a folder of migrations; returns what it printed. */
export type DbmateRun = (
  set: MigrationSet,
  command: 'migrate' | 'rollback',
  patience?: Patience,
) => Promise<string>;

/**
 * Runs one dbmate command on a database and returns what it printed; again where somebody holds a lock
 * that a migration needs, which leaves nothing of that migration.
 *
 * @param statementTimeoutMs longest that one statement may take; 0: as the server has it
 * @throws LockHeldError that names the holder when all tries were in vain
 */
export async function dbmate(
  url: string,
  set: MigrationSet,
  command: 'migrate' | 'rollback',
  statementTimeoutMs = 0,
  patience?: Patience,
): Promise<string> {
  const run = await dbmateOn(url, statementTimeoutMs);
  return run(set, command, patience);
}

/** The same for several commands on one database: what dbmate's sessions must ask for is found out once. */
export async function dbmateOn(url: string, statementTimeoutMs = 0): Promise<DbmateRun> {
  const asked: Settings = {
    ...(await settingsOfNewSession(url, { indifferentTo: ['jit'], searchPath: 'has public' })),
    application_name: dbmateApplication,
    ...(statementTimeoutMs > 0 ? { statement_timeout: String(statementTimeoutMs) } : {}),
  };
  const mayAsk = await mayAskForSettings(url);
  return (set, command, patience) =>
    untilFree(
      { url, application: dbmateApplication },
      (lockTimeoutMs) =>
        runOnce(url, set, command, {
          ...asked,
          ...(mayAsk ? { lock_timeout: String(lockTimeoutMs) } : {}),
        }),
      { patience },
    );
}

/** The URL goes through the environment: a command line can be read by other users. */
async function runOnce(
  url: string,
  set: MigrationSet,
  command: 'migrate' | 'rollback',
  settings: Settings,
): Promise<string> {
  const args = [
    ...['--env-file', '/dev/null'], // not a .env of the folder that we are in
    '--no-dump-schema',
    `--migrations-dir=${fileURLToPath(set.folder)}`,
    `--migrations-table=${set.historyTable}`,
    command,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(resolveBinary(), args, {
      env: { ...withoutServerVariables(), DATABASE_URL: dbmateUrl(addressAsTaken(url), settings) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const forget = onInterrupt(async () => {
      child.kill();
    });
    let output = '';
    const collect = (data: Buffer): void => {
      output += data.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => reject(new UserError(`cannot run dbmate: ${error.message}`)));
    child.on('close', (exitCode) => {
      forget();
      if (exitCode === 0) resolve(output);
      else reject(failureOf(command, output));
    });
  });
}

function failureOf(command: string, output: string): MigrationError {
  const reason = reasonOf(output);
  const [, code] = /\((\w{5})\)$/.exec(reason) ?? []; // its driver ends with the SQLSTATE, in any language
  return new MigrationError(`${command} failed: ${reason}`, code);
}

function reasonOf(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const error = lines.findLast((line) => line.startsWith('Error:')) ?? lines.at(-1) ?? 'no reason';
  return withoutPassword(error.replace(/^Error:\s*/, ''));
}
