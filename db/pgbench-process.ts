import { execFileSync, spawn } from 'node:child_process';
import { messageOf, UserError } from './cli/errors.ts';

/** What pgbench printed. */
export interface PgbenchOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs pgbench against a server, the only way in which the lab does. A command line can be read by
 * other users: the password goes through the environment.
 *
 * @param args without the connection, which becomes the last one
 * @throws UserError with the last line that it printed where it fails
 */
export function runPgbench(
  url: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<PgbenchOutput> {
  const { connection, password } = splitPassword(url);
  return new Promise((resolve, reject) => {
    const child = spawn('pgbench', [...args, connection], {
      env: {
        ...process.env,
        ...env,
        ...(password === undefined ? {} : { PGPASSWORD: password }),
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

/** A URL without its password, wherever the URL has it: before the "@", or as a parameter. */
export function splitPassword(url: string): { connection: string; password: string | undefined } {
  const login = /^(\w+:\/\/[^/?#@:]*):([^/?#]*)@(.*)$/.exec(url);
  const bare = login === null ? url : `${login[1]}@${login[3]}`;
  const parameter = /([?&])password=([^&#]*)&?/.exec(bare);
  const password = parameter?.[2] ?? login?.[2];
  return {
    connection: parameter === null ? bare : bare.replace(parameter[0], parameter[1] ?? ''),
    password: password === undefined ? undefined : decodeURIComponent(password),
  };
}
