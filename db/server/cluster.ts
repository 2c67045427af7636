import { spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, messageOf, UserError } from '../cli/errors.ts';
import { type Account, runAs } from './account.ts';
import type { Binaries } from './binaries.ts';
import { explainFailedStart } from './failed-start.ts';
import { memorySettings } from './memory-settings.ts';
import { dataDirVariable, pidFile, type ServerPaths } from './paths.ts';

/** A cluster's programs, folders and account: what it takes to run it. */
export interface Cluster {
  readonly binaries: Binaries;
  readonly paths: ServerPaths;
  readonly account: Account;
  /** Where its data may be lost: the lines of settings that it has after all others. */
  readonly scratch?: readonly string[];
}

/** How the operating system sees the server: not there, or there with what its pid file says. */
export type ServerProcess =
  | { readonly state: 'stopped' }
  | {
      readonly state: 'running';
      readonly pid: number;
      readonly port: number;
      readonly socketDir: string;
      /** The address that it listens on for TCP, or an empty text. */
      readonly listens: string;
    };

/** Its port where it does not listen on one: it names the socket. */
export const defaultPort = 5432;

/** The file that marks a data folder as the lab's. */
const settingsFile = 'optout-lab.conf';

/**
 * Reads the pid file. A pid whose process is gone, or is another program's by now, counts as
 * stopped: such a file is stale.
 */
export function serverProcess(paths: ServerPaths): ServerProcess {
  let lines: string[];
  try {
    lines = readFileSync(pidFile(paths), 'utf8').split('\n');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { state: 'stopped' };
    throw new UserError(`cannot read ${pidFile(paths)}: ${messageOf(error)}`);
  }
  const pid = Math.abs(Number.parseInt(lines[0] ?? '', 10));
  if (!Number.isInteger(pid) || !isAlive(pid) || isAnotherProgram(pid, paths)) {
    return { state: 'stopped' };
  }
  return {
    state: 'running',
    pid,
    // a server that is starting has not written all of it yet
    port: Number.parseInt(lines[3] ?? '', 10) || defaultPort,
    socketDir: lines[4] || paths.socketDir,
    listens: lines[5]?.trim() ?? '',
  };
}

/** Whether it is certain that a living process is not this cluster's server. Only Linux tells. */
function isAnotherProgram(pid: number, paths: ServerPaths): boolean {
  try {
    if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'postgres') return true;
    // PostgreSQL works in its data folder
    return readlinkSync(`/proc/${pid}/cwd`) !== realpathSync(paths.data);
  } catch {
    return false;
  }
}

/** Whether a process exists, ours or another user's. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * Makes the cluster if there is none. Refuses a data folder of another major version, and one that
 * holds anything that the lab did not make: it is never emptied or overwritten.
 */
export async function initialise(cluster: Cluster): Promise<void> {
  const { binaries, paths } = cluster;
  const versionFile = join(paths.data, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const major = Number.parseInt(readFileSync(versionFile, 'utf8'), 10);
    if (!existsSync(join(paths.data, settingsFile))) throw new UserError(notOurs(paths));
    if (major === binaries.major) return;
    throw new UserError(
      `${paths.data} holds data of PostgreSQL ${major}, and this server is PostgreSQL ${binaries.major}: ` +
        `delete or move that folder, or set ${dataDirVariable} to another one`,
    );
  }
  if (existsSync(paths.data) && readdirSync(paths.data).length > 0) {
    throw new UserError(notOurs(paths));
  }
  // Made beside its place and moved there when complete: an interrupted initdb leaves nothing that
  // looks like a cluster, and what it leaves is ours to remove.
  const unfinished = `${paths.data}.unfinished`;
  // an initdb whose command was killed may still be writing there
  rmSync(unfinished, { recursive: true, force: true, maxRetries: 10 });
  // The encoding and collation do not follow LANG: every machine gets the same database.
  const initdb = await run(cluster, binaries.initdb, [
    `--pgdata=${unfinished}`,
    '--username=postgres',
    '--auth=trust',
    '--encoding=UTF8',
    // there since 17; the embedded server has it, a scratch cluster of an older one has not
    ...(binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : []),
    '--locale=C',
    ...(cluster.scratch === undefined ? [] : ['--no-sync']),
  ]);
  if (initdb.exitCode !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new UserError(
      /could not look up effective user ID/.test(initdb.output)
        ? `PostgreSQL runs under no account without a name, and uid ${cluster.account.uid} has none: ` +
            'add it to /etc/passwd, run this as another user, or set DATABASE_URL'
        : `initdb failed in ${paths.home}: ${lastLine(initdb.output)}`,
    );
  }
  write(cluster, join(unfinished, settingsFile), '# settings follow\n');
  renameSync(unfinished, paths.data);
}

function notOurs(paths: ServerPaths): string {
  return (
    `${paths.data} holds files that the lab did not make: ` +
    `move them away, or set ${dataDirVariable} to another folder`
  );
}

/** How long the processes of a server that was killed may take to notice: one may be in a write to a slow disk. */
const childrenMs = 120_000;

/** Starts the server with the lab's settings and waits until it answers. `tcpPort` opens 127.0.0.1 too. */
export async function start(
  cluster: Cluster,
  tcpPort: number | undefined,
  settings: readonly string[] = [],
): Promise<void> {
  const { binaries, paths } = cluster;
  writeSettings(cluster, tcpPort, settings);
  rmSync(pidFile(paths), { force: true }); // the caller found it stale
  const deadlineMs = performance.now() + childrenMs;
  for (;;) {
    const logStart = existsSync(paths.log) ? statSync(paths.log).size : 0;
    const started = await run(cluster, binaries.pgCtl, [
      'start',
      '--wait',
      '--timeout=600',
      `--pgdata=${paths.data}`,
      `--log=${paths.log}`,
    ]);
    if (started.exitCode === 0) return;
    const reason = explainFailedStart(cluster, tcpPort, lastLine(started.output), logStart);
    // PostgreSQL refuses to start beside the processes of one that was killed
    if (!/pre-existing shared memory block/.test(reason) || performance.now() > deadlineMs) {
      throw new UserError(reason);
    }
    await delay(200);
  }
}

/** Stops the server: sessions are ended, everything is written, and the processes are gone. */
export async function stop(cluster: Cluster): Promise<void> {
  if (serverProcess(cluster.paths).state === 'stopped') return;
  const stopped = await run(cluster, cluster.binaries.pgCtl, [
    'stop',
    '--wait',
    '--timeout=600',
    '--mode=fast',
    `--pgdata=${cluster.paths.data}`,
  ]);
  if (stopped.exitCode !== 0 && serverProcess(cluster.paths).state === 'running') {
    throw new UserError(
      `the server did not stop: ${lastLine(stopped.output)}; see ${cluster.paths.log}`,
    );
  }
}

function writeSettings(
  cluster: Cluster,
  tcpPort: number | undefined,
  settings: readonly string[],
): void {
  const { data, socketDir } = cluster.paths;
  const common = readFileSync(new URL('./postgresql.conf', import.meta.url), 'utf8');
  const reach = [
    '# Reachable by its owner alone: a socket in a private folder, no network unless asked for',
    `listen_addresses = '${tcpPort === undefined ? '' : '127.0.0.1'}'`,
    `port = ${tcpPort ?? defaultPort}`,
    `unix_socket_directories = '${socketDir.replaceAll("'", "''")}'`,
    'unix_socket_permissions = 0700',
  ];
  const memory = ['# From the memory and the cores of this machine', ...memorySettings()];
  write(
    cluster,
    join(data, settingsFile),
    `${[common, ...reach, '', ...memory, ...(cluster.scratch ?? []), ...settings].join('\n')}\n`,
  );
  write(
    cluster,
    join(data, 'pg_hba.conf'),
    'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n' +
      (cluster.scratch === undefined ? '' : 'local replication all trust\n'), // a standby's
  );
  const main = readFileSync(join(data, 'postgresql.conf'), 'utf8');
  if (!main.includes(`include '${settingsFile}'`)) {
    write(cluster, join(data, 'postgresql.conf'), `${main}\ninclude '${settingsFile}'\n`);
  }
}

function write(cluster: Cluster, file: string, text: string): void {
  const complete = `${file}.new`; // a full disk leaves the old file as it was
  try {
    writeFileSync(complete, text, { mode: 0o600 });
    if (cluster.account.differs) chownSync(complete, cluster.account.uid, cluster.account.gid);
    renameSync(complete, file);
  } catch (error) {
    rmSync(complete, { force: true });
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

interface Outcome {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs one of PostgreSQL's programs as the server's account, whatever LANG and PG… variables say. */
function run(cluster: Cluster, program: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...runAs(cluster.account),
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // Ctrl-C is ours to handle: the server must not see it
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      output += data.toString();
    });
    child.on('error', (error) => reject(new UserError(explainSpawn(program, error))));
    child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? 1, output }));
  });
}

/** Linux says ENOENT of a program that is there when the loader that it names is not. */
function explainSpawn(program: string, error: Error): string {
  return codeOf(error) === 'ENOENT' && existsSync(program)
    ? `the embedded server needs glibc, and this system has another C library (musl, as in Alpine): ` +
        'set DATABASE_URL to a server of your own, or use an image with glibc'
    : `cannot run ${program}: ${error.message}`;
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /error|fatal/i.test(line)) ?? lines.at(-1) ?? 'no output';
}
