import { setTimeout as delay } from 'node:timers/promises';
import { onInterrupt } from '../cli/command.ts';
import { codeOf, UserError } from '../cli/errors.ts';
import { urlOf } from '../connection/address.ts';
import { canConnect, connect } from '../connection/connect.ts';
import { serverAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import {
  type Cluster,
  defaultPort,
  initialise,
  type ServerProcess,
  serverProcess,
  start,
  stop,
} from './cluster.ts';
import { stalePidFile } from './failed-start.ts';
import { beginUse, endUse, otherUsers, own, takeOverFromDead } from './ownership.ts';
import { makeServerFolders, type ServerPaths, serverPaths } from './paths.ts';
import { withStartLock } from './start-lock.ts';
import { setTcpPassword, tcpPassword } from './tcp-password.ts';

/** The database that the lab uses on its own server. */
const databaseName = 'optout_lab';

/** The embedded server, in use by this process. */
export interface EmbeddedServer {
  readonly kind: 'embedded';
  readonly url: string;
  /** Whether this process started it, and so stops it. */
  readonly startedHere: boolean;
  readonly paths: ServerPaths;
  /** Ends the use: stops the server if it is this process's to stop. */
  close(): Promise<void>;
}

/** How to start it: `leaveRunning` for db:up; `tcpPort` opens 127.0.0.1 with a password. */
export interface EmbeddedOptions {
  readonly leaveRunning?: boolean;
  readonly tcpPort?: number | undefined;
  /** Another home than OPTOUT_LAB_DATA_DIR or `.postgres`. */
  readonly home?: string | undefined;
  /** More lines of its postgresql.conf, which come last. */
  readonly settings?: readonly string[] | undefined;
}

/** Starts the embedded PostgreSQL, or finds it running. Throws a UserError that says what to do where it cannot. */
export async function openEmbeddedServer(options: EmbeddedOptions = {}): Promise<EmbeddedServer> {
  const { leaveRunning = false, tcpPort, home, settings } = options;
  const account = serverAccount();
  const paths = serverPaths(account, home);
  makeServerFolders(paths, account);
  const cluster: Cluster = { account, paths, binaries: findBinaries(account, paths.home) };
  const close = async (): Promise<void> => {
    forgetInterrupt();
    await withStartLock(paths.home, async () => {
      if (endUse(paths.home) === 'stop') await stop(cluster);
    });
  };
  const forgetInterrupt = onInterrupt(close);
  try {
    return await withStartLock(paths.home, async () => {
      const found = await answeringServer(paths);
      if (found.state === 'running') {
        if (tcpPort !== undefined && (found.listens === '' || found.port !== tcpPort)) {
          throw new UserError(
            'the server runs already, without that TCP port: npm run db:down first',
          );
        }
        if (leaveRunning) own(paths.home, true);
        else if (takeOverFromDead(paths.home)) {
          process.stderr.write('taking over the server of a command that was killed\n');
        }
      } else {
        await initialise(cluster);
        own(paths.home, leaveRunning); // first: a command that is killed meanwhile leaves a server with an owner
        await start(cluster, tcpPort, settings);
      }
      beginUse(paths.home);
      const url = socketUrl(paths, databaseName);
      await createDatabase(paths, tcpPort === undefined ? undefined : tcpPassword(paths.home));
      return { kind: 'embedded', url, startedHere: found.state === 'stopped', paths, close };
    });
  } catch (error) {
    await close();
    throw error;
  }
}

/** The URL of the embedded server's database while it runs, or undefined. */
export function embeddedUrl(): string | undefined {
  const paths = serverPaths(serverAccount());
  return serverProcess(paths).state === 'running' ? socketUrl(paths, databaseName) : undefined;
}

/** Its URL for TCP, password included, or undefined where it does not listen. */
export function embeddedTcpUrl(): string | undefined {
  const paths = serverPaths(serverAccount());
  const server = serverProcess(paths);
  if (server.state === 'stopped' || server.listens === '') return undefined;
  const login = `postgres:${tcpPassword(paths.home)}`;
  return `postgres://${login}@${server.listens}:${server.port}/${databaseName}?sslmode=disable`;
}

/** What `stopEmbeddedServer` found. */
export type Stopped = 'stopped' | 'was not running';

/** Stops the embedded server for good, unless another command is using it. */
export async function stopEmbeddedServer(home?: string): Promise<Stopped> {
  const account = serverAccount();
  const paths = serverPaths(account, home);
  if (serverProcess(paths).state === 'stopped') return 'was not running';
  const cluster: Cluster = { account, paths, binaries: findBinaries(account, paths.home) };
  return withStartLock(paths.home, async () => {
    const users = otherUsers(paths.home).map((user) => user.pid);
    if (users.length > 0) {
      throw new UserError(`another command is using the server (process ${users.join(', ')})`);
    }
    if (serverProcess(paths).state === 'stopped') return 'was not running';
    await stop(cluster);
    return 'stopped';
  });
}

function socketUrl(paths: ServerPaths, database: string): string {
  const server: ServerProcess = serverProcess(paths);
  const { socketDir, port } =
    server.state === 'running' ? server : { socketDir: paths.socketDir, port: defaultPort };
  return urlOf({ host: socketDir, port, user: 'postgres', database, sslMode: 'disable', more: {} });
}

/** Recovery after a crash may take minutes; the server says so meanwhile. */
const recoveryMs = 600_000;

/** One that goes down has closed its socket already, and may take a moment to end. */
const silenceMs = 10_000;

/** The server, once it answers: it may be recovering from a crash, or on its way down. */
async function answeringServer(paths: ServerPaths): Promise<ServerProcess> {
  const startedMs = performance.now();
  let saidSomethingMs = startedMs;
  for (;;) {
    const server = serverProcess(paths);
    if (server.state === 'stopped') return server;
    const answer = await canConnect(socketUrl(paths, 'postgres'));
    if (answer === 'yes') return server;
    const nowMs = performance.now();
    if (answer === 'starting') saidSomethingMs = nowMs;
    if (nowMs > saidSomethingMs + silenceMs || nowMs > startedMs + recoveryMs) {
      if (serverProcess(paths).state === 'running') throw new UserError(stalePidFile(paths));
    }
    await delay(100);
  }
}

/** Longest that another session may take to make the database: a copy of a few megabytes. */
const createMs = 120_000;

async function createDatabase(paths: ServerPaths, password: string | undefined): Promise<void> {
  const client = await connect(socketUrl(paths, 'postgres'));
  try {
    if (password !== undefined) await setTcpPassword(client, password);
    const isThere = async (): Promise<boolean> =>
      (await client.query('select from pg_database where datname = $1', [databaseName]))
        .rowCount === 1;
    const deadlineMs = performance.now() + createMs;
    while (!(await isThere())) {
      await client.query(`create database ${databaseName}`).catch(async (error) => {
        // a command that was killed may have left a session that is still making it
        const isOthers = ['42P04', '23505', '55006'].includes(codeOf(error) ?? '');
        if (!isOthers || performance.now() > deadlineMs) throw error;
        await delay(100);
      });
    }
  } finally {
    await client.end();
  }
}
