import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { resolveBinary } from 'dbmate';
import { onInterrupt } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { withoutPassword } from '../cli/hide-password.ts';

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
export function dbmate(
  url: string,
  set: MigrationSet,
  command: 'migrate' | 'rollback',
  statementTimeoutMs = 0,
): Promise<string> {
  const args = [
    '--no-dump-schema',
    `--migrations-dir=${fileURLToPath(set.folder)}`,
    `--migrations-table=${set.historyTable}`,
    command,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(resolveBinary(), args, {
      env: { ...process.env, DATABASE_URL: dbmateUrl(url, statementTimeoutMs) },
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

/** dbmate's driver wants TLS where a URL says nothing; pg and psql do without. */
function dbmateUrl(url: string, statementTimeoutMs: number): string {
  const added = [
    `application_name=${encodeURIComponent(dbmateApplication)}`,
    ...(/[?&]sslmode=/.test(url) ? [] : ['sslmode=disable']),
    ...(statementTimeoutMs > 0 ? [`statement_timeout=${statementTimeoutMs}`] : []),
  ];
  return `${url}${url.includes('?') ? '&' : '?'}${added.join('&')}`;
}

function reasonOf(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const error = lines.findLast((line) => line.startsWith('Error:')) ?? lines.at(-1) ?? 'no reason';
  return withoutPassword(error.replace(/^Error:\s*/, ''));
}
