import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onInterrupt } from '../cli/command.ts';
import { codeOf } from '../cli/errors.ts';
import { type Account, runAs, serverAccount } from './account.ts';
import type { Binaries } from './binaries.ts';
import {
  type Cluster,
  defaultPort,
  initialise,
  type ServerProcess,
  serverProcess,
  start,
  stop,
} from './cluster.ts';
import { killWithChildren } from './kill-processes.ts';
import { makeServerFolders, type ServerPaths, serverPaths } from './paths.ts';
import { isLiving, markOf, pidOf } from './process-mark.ts';

/*
 * Clusters for one command's own use, whose data may be lost: made, copied, counted on, removed. They
 * lie in one folder beside the embedded server's data, `scratch-PID`. It holds the mark of the command
 * (`owner`), those of the programs that it started (`programs/`) and the name of the folder of its
 * sockets. A command that is killed leaves all of it; the next one ends those programs and removes it.
 */

const prefix = 'scratch-';

/** A folder of clusters, and the programs at work on them. */
export interface ScratchClusters {
  readonly folder: string;
  /** Where the sockets lie, short of path; it goes with the rest. */
  readonly socketDir: string;
  readonly account: Account;
  readonly binaries: Binaries;
  /** Where the data of the cluster of that name lies. */
  dataOf(name: string): string;
  /** Makes an empty cluster. */
  initialise(name: string): Promise<void>;
  /**
   * Starts the cluster of that name; the URL of its database "postgres". Its socket has a folder of its own.
   *
   * @param settings lines for the configuration of this cluster alone
   */
  start(name: string, settings?: readonly string[]): Promise<string>;
  stop(name: string): Promise<void>;
  /** Ends it at once and in order, without a checkpoint: for data that nobody wants any more. */
  quit(name: string): Promise<void>;
  /** Ends all its processes at once, as the loss of its machine would. */
  kill(name: string): Promise<void>;
  /** Starts a program as the server's account; it is ended, at the latest, when the folder is removed. */
  spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Ends what is at work and removes everything. */
  remove(): Promise<void>;
}

/**
 * Makes the folder, which is removed after Ctrl-C too.
 *
 * @param settings lines for the configuration of each cluster
 */
export function makeScratchClusters(
  account: Account,
  binaries: Binaries,
  settings: readonly string[],
): ScratchClusters {
  const paths = serverPaths(account);
  makeServerFolders(paths, account);
  const folder = join(paths.home, `${prefix}${process.pid}`);
  const makeOwn = (path: string): void => {
    mkdirSync(path, { mode: 0o700 });
    give(account, path);
  };
  makeOwn(folder);
  writeFileSync(join(folder, 'owner'), markOf() ?? String(process.pid));
  mkdirSync(join(folder, 'programs'));
  const socketDir = mkdtempSync('/tmp/optout-lab-scratch-'); // short, as a socket's path must be
  give(account, socketDir);
  writeFileSync(join(folder, 'socket-dir'), socketDir);
  const clusterOf = (name: string): Cluster => {
    const home = join(folder, name);
    const [data, log] = [join(home, 'data'), join(home, 'postgres.log')];
    return {
      account,
      binaries,
      paths: { home, data, log, socketDir: join(socketDir, name) },
      scratch: settings,
    };
  };
  const forgetInterrupt = onInterrupt(() => removeFolder(folder));
  return {
    folder,
    socketDir,
    account,
    binaries,
    dataOf: (name) => clusterOf(name).paths.data,
    async initialise(name) {
      makeOwn(join(folder, name));
      await initialise(clusterOf(name));
    },
    async start(name, own = []) {
      const cluster = clusterOf(name);
      if (!existsSync(cluster.paths.socketDir)) makeOwn(cluster.paths.socketDir);
      await start(cluster, undefined, own);
      const query = `host=${cluster.paths.socketDir}&port=${defaultPort}&user=postgres&sslmode=disable`;
      return `postgres:///postgres?${query}`;
    },
    stop: (name) => stop(clusterOf(name)),
    quit: (name) => quit(clusterOf(name).paths),
    async kill(name) {
      const server = serverProcess(clusterOf(name).paths);
      if (server.state === 'running') await killWithChildren(server.pid);
      // or PostgreSQL would not start beside a process that nobody waits for, and that is listed still
      rmSync(clusterOf(name).paths.socketDir, { recursive: true, force: true });
    },
    spawn(program, args, options) {
      // in a group of its own: Ctrl-C is ours to handle
      const child = spawn(program, args, { ...options, ...runAs(account), detached: true });
      const mark = child.pid === undefined ? undefined : markOf(child.pid);
      if (mark !== undefined) {
        const file = join(folder, 'programs', String(child.pid));
        writeFileSync(file, mark);
        child.once('exit', () => rmSync(file, { force: true }));
      }
      return child;
    },
    async remove() {
      forgetInterrupt();
      await removeFolder(folder);
    },
  };
}

/** Removes what commands that were killed left beside the embedded server's data; true where there was any. */
export async function removeLeftScratchClusters(
  { home }: Pick<ServerPaths, 'home'> = serverPaths(serverAccount()),
): Promise<boolean> {
  const left = namesIn(home)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(home, name))
    .filter((folder) => !isLiving(ownerOf(folder)));
  for (const folder of left) await removeFolder(folder);
  return left.length > 0;
}

/** The mark of the command that made a folder; before that is written, of whoever has its pid. */
function ownerOf(folder: string): string {
  const written = textOf(join(folder, 'owner'));
  const pid = pidOf(folder.slice(folder.lastIndexOf('-') + 1));
  return written !== '' || pid === undefined ? written : (markOf(pid) ?? '');
}

async function removeFolder(folder: string): Promise<void> {
  const programs = join(folder, 'programs');
  for (const name of namesIn(programs)) await end(textOf(join(programs, name)), 'SIGKILL');
  for (const name of namesIn(folder)) {
    const data = join(folder, name, 'data');
    if (!existsSync(join(data, 'postmaster.pid'))) continue;
    await quit({ home: '', data, log: '', socketDir: '' });
  }
  const socketDir = textOf(join(folder, 'socket-dir'));
  if (socketDir.startsWith('/tmp/optout-lab-scratch-')) {
    rmSync(socketDir, { recursive: true, force: true });
  }
  // a process of a server that was ended may still be writing
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
}

/** Ends a server whose data is worth nothing: no checkpoint. */
async function quit(paths: ServerPaths): Promise<void> {
  const server: ServerProcess = serverProcess(paths);
  if (server.state === 'running') await end(markOf(server.pid) ?? '', 'SIGQUIT');
}

/** How often a process is looked for that was ended, every 20 ms: one that nobody waits for stays listed. */
const looks = 3_000;

/** Ends the process that a mark names, and waits until it is gone. */
async function end(mark: string, signal: NodeJS.Signals): Promise<void> {
  const pid = pidOf(mark);
  if (pid === undefined) return;
  for (let look = 0; look < looks && isLiving(mark); look++) {
    try {
      if (look === 0) process.kill(pid, signal);
    } catch (error) {
      if (codeOf(error) !== 'ESRCH') throw error;
    }
    await delay(20);
  }
}

function give(account: Account, path: string): void {
  if (account.differs) lchownSync(path, account.uid, account.gid);
  chmodSync(path, 0o700);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
