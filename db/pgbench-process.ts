import { execFileSync, spawn } from 'node:child_process';
import { messageOf, UserError } from './cli/errors.ts';
import { addressAsTaken, settingsOfNewSession } from './connection/connect.ts';
import { libpqEnvironment } from './connection/programs.ts';
import type { Settings } from './connection/session-settings.ts';

/** How pgbench's sessions differ from the lab's own. */
export interface PgbenchSessions {
  readonly applicationName: string;
  readonly settings?: Settings;
}

/** What pgbench printed. */
export interface PgbenchOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs pgbench on a server, the only way in which the lab does. Which server and which login stands in
 * its environment: a command line can be read by other users.
 *
 * @throws UserError with the last line that it printed where it fails
 */
export async function runPgbench(
  url: string,
  args: readonly string[],
  { applicationName, settings = {} }: PgbenchSessions,
): Promise<PgbenchOutput> {
  const asked = { ...(await settingsOfNewSession(url)), ...settings };
  return new Promise((resolve, reject) => {
    const child = spawn('pgbench', args, {
      env: {
        ...libpqEnvironment(addressAsTaken(url), asked),
        PGAPPNAME: applicationName,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] += text;
      });
    }
    const fail = (why: string): void => reject(new UserError(`pgbench failed: ${why}`));
    child.on('error', (error) => fail(messageOf(error)));
    child.on('close', (code) => {
      const last = output.stderr.trim().split('\n').at(-1);
      if (code === 0) resolve(output);
      else fail(last === undefined || last === '' ? `exit code ${code}` : last);
    });
  });
}

/** Its version line; undefined where it is not installed. */
export function pgbenchVersion(): string | undefined {
  try {
    return execFileSync('pgbench', ['--version'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
