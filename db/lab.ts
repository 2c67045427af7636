import type pg from 'pg';
import { chooseServer } from './connection/choose-server.ts';
import { closing } from './connection/closing.ts';
import { connect, withDatabase } from './connection/connect.ts';
import { complete } from './connection/environment.ts';
import { asUrl } from './connection/parameters.ts';
import { migrateUpWithDesign } from './designs.ts';
import { requireWritable } from './schema/migrate.ts';
import { inDatabase } from './server/databases.ts';
import { type EmbeddedServer, openEmbeddedServer } from './server/embedded.ts';
import { requireOwnOrEmpty, requireSupportedVersion } from './server/guard.ts';
import { refusePooledSessions } from './server/pooler.ts';
import { removeLeftScratchClusters } from './server/scratch-clusters.ts';
import { describeCluster, readCluster } from './topologies/citus/cluster.ts';
import { citus, type Topology, topologyOf } from './topologies/topology.ts';

/** A server that DATABASE_URL names: not ours to start or stop. */
export interface ExternalServer {
  readonly kind: 'external';
  /** With all that the environment adds to DATABASE_URL. */
  readonly url: string;
  /** DATABASE_URL itself, as a URL. */
  readonly givenUrl: string;
  close(): Promise<void>;
}

/** The lab's database, open for use. */
export interface Lab {
  readonly url: string;
  readonly server: EmbeddedServer | ExternalServer;
  /** Major version of the server. */
  readonly major: number;
  readonly topology: Topology;
  /** A new session, which the caller ends. */
  connect(applicationName?: string): Promise<pg.Client>;
  /** Lets go of the server; it is stopped if this process started it. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What to do while opening. */
export interface LabOptions {
  /** Go on in a database that holds something the lab did not make. */
  readonly allowNonempty?: boolean | undefined;
  /** Apply missing migrations (default true). */
  readonly migrate?: boolean;
  /** Leave an embedded server running at the end. */
  readonly leaveRunning?: boolean;
  readonly tcpPort?: number | undefined;
  /** Another database of the server; it is made if it is not there, unless nothing is to be migrated. */
  readonly database?: string | undefined;
}

/**
 * Finds or starts the server (DATABASE_URL, else the embedded one), refuses what the lab must not
 * touch, and brings the schema up to date.
 *
 * @throws UserError for a server that cannot be reached, is too old, is behind a pooler that shares
 *   sessions, is read-only, is a worker of a Citus cluster, or holds a database that the lab did not make.
 */
export async function openLab(options: LabOptions = {}): Promise<Lab> {
  const server = await openServer(options);
  const { database } = options;
  if (database === undefined) return openLabOn(server, options);
  try {
    return await openLabOn(
      await inDatabase(server, database, { create: options.migrate !== false }),
      options,
    );
  } catch (error) {
    return closing(async (defer) => {
      defer(() => server.close());
      throw error;
    });
  }
}

/**
 * The same in the database that a server's URL names. The server is let go where it fails, and with the
 * lab.
 */
export async function openLabOn(
  server: EmbeddedServer | ExternalServer,
  options: Pick<LabOptions, 'allowNonempty' | 'migrate'> = {},
): Promise<Lab> {
  try {
    const client = await connect(server.url);
    try {
      const major = await requireSupportedVersion(client);
      const topology = await topologyOf(client);
      if (topology === citus) {
        process.stderr.write(`${describeCluster(await readCluster(client))}\n`);
      }
      if (options.allowNonempty !== true) await requireOwnOrEmpty(client);
      if (options.migrate !== false) {
        await requireWritable(client);
        await migrateUpWithDesign(server.url);
      }
      return {
        url: server.url,
        server,
        major,
        topology,
        connect: (applicationName) => connect(server.url, applicationName),
        close: () => server.close(),
        [Symbol.asyncDispose]: () => server.close(),
      };
    } finally {
      await client.end();
    }
  } catch (error) {
    return closing(async (defer) => {
      defer(() => server.close());
      throw error;
    });
  }
}

/** The lab in another database of a server that somebody else closes. */
export function openLabBeside(lab: Lab, database: string): Promise<Lab> {
  const url = withDatabase(lab.url, database);
  return openLabOn({ ...lab.server, url, close: async () => {} });
}

/**
 * Finds or starts the server, and touches no database of it.
 *
 * @throws UserError for a server that cannot be reached, is too old or is behind a pooler that shares
 *   sessions.
 */
export async function openServer(
  options: Pick<LabOptions, 'leaveRunning' | 'tcpPort'> = {},
): Promise<EmbeddedServer | ExternalServer> {
  if (await removeLeftScratchClusters()) {
    process.stderr.write('removed the scratch clusters of a command that was killed\n');
  }
  const givenUrl = process.env['DATABASE_URL'];
  if (givenUrl === undefined || givenUrl === '') {
    return openEmbeddedServer({
      leaveRunning: options.leaveRunning ?? false,
      tcpPort: options.tcpPort,
    });
  }
  return openExternalServer(givenUrl);
}

/**
 * The server that a URL names, in any form that DATABASE_URL may have; touches no database of it.
 *
 * @throws UserError as openServer does
 */
export async function openExternalServer(givenUrl: string): Promise<ExternalServer> {
  const url = await chooseServer(complete(givenUrl));
  const client = await connect(url);
  try {
    await requireSupportedVersion(client);
  } finally {
    await client.end();
  }
  await refusePooledSessions(url);
  return { kind: 'external', url, givenUrl: asUrl(givenUrl), close: async () => {} };
}
