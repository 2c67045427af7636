import type pg from 'pg';
import { UserError } from '../../cli/errors.ts';
import { onlyRow } from '../../connection/only-row.ts';
import { readParameters, urlOfParameters } from '../../connection/parameters.ts';
import { citusSql } from './statements.ts';

/** A node of a cluster, as the coordinator knows it. */
export interface Node {
  readonly isCoordinator: boolean;
  readonly host: string;
  readonly port: number;
  readonly isActive: boolean;
  /** How many shards of the messages it holds; none before the first migration. */
  readonly shards: number;
}

/** A cluster as its coordinator knows it. */
export interface Cluster {
  /** Of the extension. */
  readonly version: string;
  readonly serverVersion: string;
  /** The coordinator first, where it knows itself. */
  readonly nodes: readonly Node[];
}

/**
 * The cluster whose coordinator a session is at.
 *
 * @throws UserError at a worker: it takes no changes of the schema
 */
export async function readCluster(client: pg.Client): Promise<Cluster> {
  const { isCoordinator, version, serverVersion } = onlyRow(
    await client.query<{ isCoordinator: boolean; version: string; serverVersion: string }>(
      citusSql('here'),
    ),
  );
  if (!isCoordinator) {
    throw new UserError('DATABASE_URL names a worker of a Citus cluster: name its coordinator');
  }
  const { rows: nodes } = await client.query<Node>(citusSql('nodes'));
  return { version, serverVersion, nodes };
}

/** A cluster in one line. */
export function describeCluster({ version, serverVersion, nodes }: Cluster): string {
  const list = nodes.map(
    ({ isCoordinator, host, port, isActive, shards }) =>
      `${isCoordinator ? 'coordinator' : 'worker'} ${host}:${port}` +
      (shards > 0 ? ` (${shards} shards)` : '') +
      (isActive ? '' : ' (not active)'),
  );
  const where = list.length === 0 ? 'a coordinator without workers' : list.join(', ');
  return `Citus ${version} on PostgreSQL ${serverVersion}: ${where}`;
}

/** The URLs of the workers that are active: the coordinator's login and database, at their places. */
export function workerUrls(url: string, { nodes }: Cluster): readonly string[] {
  return nodes
    .filter(({ isCoordinator, isActive }) => !isCoordinator && isActive)
    .map(({ host, port }) => atPlace(url, host, port));
}

/** The same login and database at another node. */
export function atPlace(url: string, host: string, port: number): string {
  const { hostaddr: _, ...rest } = readParameters(url);
  return urlOfParameters({ ...rest, host, port: String(port) });
}
