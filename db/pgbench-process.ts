import { execFileSync, spawn } from 'node:child_process';
import { addressAsTaken, connect } from './connect.ts';
import { libpqEnvironment } from './connection/programs.ts';
import { type Settings, settingsToAskFor } from './connection/session-settings.ts';

/** How pgbench's sessions differ from the lab's own. */
export interface PgbenchSessions {
  readonly applicationName: string;
  readonly settings?: Settings;
}

/**
 * Runs pgbench on a server and returns what it printed, on standard output and error. Which server and
 * which login stands in its environment: a command line can be read by other users.
 *
 * @throws Error with its last line where it fails
 */
export async function runPgbenchProcess(
  url: string,
  args: readonly string[],
  { applicationName, settings = {} }: PgbenchSessions,
): Promise<string> {
  const asked = { ...(await settingsOfNewSession(url)), ...settings };
  return new Promise((resolve, reject) => {
    const child = spawn('pgbench', args, {
      env: {
        ...libpqEnvironment(addressAsTaken(url), asked),
        PGAPPNAME: applicationName,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => {
      printed += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      errors += data.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(printed + errors);
      else reject(new Error(errors.trim().split('\n').at(-1) ?? `exit code ${code}`));
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

/** What pgbench's session must ask for to be like the lab's own. */
async function settingsOfNewSession(url: string): Promise<Settings> {
  const client = await connect(url);
  try {
    return await settingsToAskFor(client);
  } finally {
    await client.end();
  }
}
