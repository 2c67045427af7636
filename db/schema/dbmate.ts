import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { resolveBinary } from 'dbmate';
import { onInterrupt } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { withoutPassword } from '../cli/hide-password.ts';
import { addressAsTaken, connect } from '../connect.ts';
import { withoutServerVariables } from '../connection/environment.ts';
import { dbmateUrl } from '../connection/programs.ts';
import { type Settings, settingsToAskFor } from '../connection/session-settings.ts';

/** A folder of migrations and the table that keeps its history. */
export interface MigrationSet {
  readonly folder: URL;
  readonly historyTable: string;
}

/** What dbmate's sessions are called in the server. */
export const dbmateApplication = 'optout-lab dbmate';

/** dbmate could not do what was asked; `message` is the server's own reason. */
export class MigrationError extends UserError {}

/**
 * Runs one dbmate command on a database and returns what it printed.
 * The URL goes through the environment: a command line can be read by other users.
 *
 * @param statementTimeoutMs longest that one statement may take; 0: as the server has it
 */
export async function dbmate(
  url: string,
  set: MigrationSet,
  command: 'migrate' | 'rollback',
  statementTimeoutMs = 0,
): Promise<string> {
  const settings: Settings = {
    ...(await settingsOfNewSession(url)),
    application_name: dbmateApplication,
    ...(statementTimeoutMs > 0 ? { statement_timeout: String(statementTimeoutMs) } : {}),
  };
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
      else reject(new MigrationError(`${command} failed: ${reasonOf(output)}`));
    });
  });
}

/** What dbmate's session must ask for, because the database or the role has other defaults. */
async function settingsOfNewSession(url: string): Promise<Settings> {
  const client = await connect(url);
  try {
    // the usual search_path is right for migrations, which name every schema
    return await settingsToAskFor(client, ['jit', 'search_path']);
  } finally {
    await client.end();
  }
}

function reasonOf(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const error = lines.findLast((line) => line.startsWith('Error:')) ?? lines.at(-1) ?? 'no reason';
  return withoutPassword(error.replace(/^Error:\s*/, ''));
}
