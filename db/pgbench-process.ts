import { execFileSync, spawn } from 'node:child_process';

/** Runs pgbench and returns what it printed. Throws its last line where it fails. */
export function runPgbenchProcess(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('pgbench', args, {
      env: { ...process.env, ...env },
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
      if (code === 0) resolve(printed);
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

/**
 * A command line can be read by other users: the password goes through the environment, wherever the
 * URL has it: before the "@", or as a parameter.
 */
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
