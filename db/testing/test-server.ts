import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
} from 'node:fs';
import { join } from 'node:path';
import { onInterrupt } from '../cli/command.ts';
import { openServer } from '../lab.ts';
import { openEmbeddedServer, stopEmbeddedServer } from '../server/embedded.ts';
import { memoryBytes } from '../server/memory-settings.ts';
import { dataDirVariable } from '../server/paths.ts';

/** The server that a run of tests works on. */
export interface TestServer {
  readonly url: string;
  /** What the tests' environment says of it. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Where Linux keeps files in memory. */
const inMemory = '/dev/shm';
const homeName = /^optout-lab-tests-(\d+)-/;
const gibibyte = 1024 ** 3;

/**
 * What a server of scratch databases has another need of than one that is measured: little memory, because
 * each database that goes makes PostgreSQL look through all of its buffers, and a short log.
 */
const settings = [
  '# For tests',
  'shared_buffers = 128MB',
  'effective_cache_size = 512MB',
  'maintenance_work_mem = 64MB',
  'wal_buffers = 4MB',
  'min_wal_size = 80MB',
  'max_wal_size = 512MB',
];

/**
 * The server of DATABASE_URL, or of OPTOUT_LAB_DATA_DIR; where neither is set, an embedded one for this
 * run alone, with its data in memory where there is enough of it: it waits for the disk as any other
 * does (`fsync` is on), and the disk is quick.
 */
export async function openTestServer(): Promise<TestServer> {
  const named = [process.env['DATABASE_URL'], process.env[dataDirVariable]].some(Boolean);
  if (named || !hasRoomInMemory()) return { ...(await openServer()), variables: {} };
  await removeDeadHomes();
  const home = mkdtempSync(join(inMemory, `optout-lab-tests-${process.pid}-`));
  chmodSync(home, 0o755); // the server's own folder is in it
  const remove = async (): Promise<void> =>
    rmSync(home, { recursive: true, force: true, maxRetries: 10 });
  const forget = onInterrupt(remove);
  const folder = join(home, 'server');
  // for servers that a test starts, runs and results; under other accounts too
  const scratch = join(home, 'tmp');
  mkdirSync(scratch);
  chmodSync(scratch, 0o1777);
  try {
    const server = await openEmbeddedServer({ home: folder, settings });
    return {
      url: server.url,
      variables: { [dataDirVariable]: folder, TMPDIR: scratch },
      async close() {
        await server.close();
        rmSync(server.paths.socketDir, { recursive: true, force: true });
        await remove();
        forget();
      },
    };
  } catch (error) {
    await remove();
    forget();
    throw error;
  }
}

/** Programs may have to be copied there and run. */
function hasRoomInMemory(): boolean {
  if (process.platform !== 'linux' || memoryBytes() < 6 * gibibyte) return false;
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const options = mounts.findLast((line) => line.split(' ')[1] === inMemory)?.split(' ')[3];
    const { bavail, bsize } = statfsSync(inMemory);
    return (
      options !== undefined && !/\b(ro|noexec)\b/.test(options) && bavail * bsize >= 3 * gibibyte
    );
  } catch {
    return false;
  }
}

/** What killed runs have left, which fills the memory. */
async function removeDeadHomes(): Promise<void> {
  for (const name of readdirSync(inMemory)) {
    const pid = homeName.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await stopEmbeddedServer(join(inMemory, name, 'server'));
    rmSync(join(inMemory, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
