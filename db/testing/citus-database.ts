import { onInterrupt } from '../cli/command.ts';
import { closing } from '../connection/closing.ts';
import { connect, withDatabase } from '../connection/connect.ts';
import { migrateUp } from '../schema/migrate.ts';
import { type Cluster, readCluster, workerUrls } from '../topologies/citus/cluster.ts';
import { dropDatabase, type TestDatabase } from './test-database.ts';
import { beginTestRun, newScratchName } from './test-run.ts';

/** The variable that names a database of a Citus coordinator, with its workers, for the tests. */
export const citusVariable = 'OPTOUT_LAB_CITUS_URL';

/** A scratch database that every node of a cluster has. */
export interface CitusDatabase extends TestDatabase {
  /** The workers' own, in which an application may work as well. */
  readonly workers: readonly string[];
}

/** Why there is no cluster to test on, as node:test's `skip` wants it; false where there is one. */
export function skipCitus(): string | false {
  return process.env[citusVariable]
    ? false
    : `it needs a Citus cluster: ${citusVariable} names a database of its coordinator`;
}

/**
 * Makes a scratch database on every node of the tests' cluster, and the cluster of them. A database that is
 * copied from a template would be one of the coordinator alone, without Citus.
 */
export async function createCitusDatabase(
  options: { readonly migrated?: boolean } = {},
): Promise<CitusDatabase> {
  const server = process.env[citusVariable];
  if (!server) throw new Error('a test that is to be skipped here');
  return createDatabaseOnNodes(server, options);
}

/** The same on the cluster whose coordinator a URL names. Needs the right to create databases and extensions. */
export async function createDatabaseOnNodes(
  server: string,
  { migrated = true }: { readonly migrated?: boolean } = {},
): Promise<CitusDatabase> {
  const cluster = await clusterAt(server);
  const { run, close } = await beginTestRun(server);
  const undo: (() => Promise<void>)[] = [close];
  const drop = (): Promise<void> =>
    closing(async (defer) => {
      for (const step of undo.splice(0)) defer(step);
    });
  undo.push(async () => forget());
  const forget = onInterrupt(drop);
  const name = newScratchName(run);
  const workers = workerUrls(server, cluster);
  try {
    for (const node of workers) undo.push((await beginTestRun(node, run)).close);
    for (const node of [server, ...workers]) {
      undo.push(() => dropDatabase(node, name));
      await createOn(node, name);
    }
    const url = withDatabase(server, name);
    await join(url, cluster);
    if (migrated) await migrateUp(url);
    const workersOf = workers.map((node) => withDatabase(node, name));
    return { name, url, workers: workersOf, connect: () => connect(url), drop };
  } catch (error) {
    return closing(async (defer) => {
      defer(drop);
      throw error;
    });
  }
}

async function clusterAt(server: string): Promise<Cluster> {
  const client = await connect(server);
  try {
    return await readCluster(client);
  } finally {
    await client.end();
  }
}

async function createOn(node: string, name: string): Promise<void> {
  const admin = await connect(node);
  try {
    await admin.query(`create database ${admin.escapeIdentifier(name)}`);
  } finally {
    await admin.end();
  }
  const own = await connect(withDatabase(node, name));
  try {
    await own.query('create extension citus');
  } finally {
    await own.end();
  }
}

/** Makes one cluster of the databases of that name. */
async function join(coordinator: string, { nodes }: Cluster): Promise<void> {
  const client = await connect(coordinator);
  try {
    for (const { isCoordinator, host, port } of nodes) {
      await client.query(
        isCoordinator
          ? 'select pg_catalog.citus_set_coordinator_host($1, $2)'
          : 'select pg_catalog.citus_add_node($1, $2)',
        [host, port],
      );
    }
  } finally {
    await client.end();
  }
}
