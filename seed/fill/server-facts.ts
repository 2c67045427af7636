import { statfsSync } from 'node:fs';
import type pg from 'pg';
import { onlyRow } from '../../db/connection/only-row.ts';
import type { Lab } from '../../db/lab.ts';
import { memoryBytes } from '../../db/server/memory-settings.ts';

/** What can be known of the server that bears on a load. */
export interface ServerFacts {
  /** Free space where the data is kept; undefined where this process cannot see it. */
  readonly freeDiskBytes: number | undefined;
  /** Memory of the server's machine, where that is this one. */
  readonly memoryBytes: number | undefined;
  /** What the database takes now. */
  readonly databaseBytes: number;
  /** How much log may be kept on disk at a time. */
  readonly maxWalBytes: number;
  /** Whether a load into emptied tables may skip the write-ahead log. */
  readonly skipsLog: boolean;
  readonly walLevel: string;
  readonly maintenanceWorkMemBytes: number;
}

/** Asks the server, and the file system where it is this machine's. */
export async function readServerFacts(lab: Lab, client: pg.Client): Promise<ServerFacts> {
  const answer = await client.query<{
    database_bytes: string;
    max_wal_bytes: string;
    maintenance_work_mem_bytes: string;
    wal_level: string;
  }>(
    `select
       pg_database_size(current_database()) as database_bytes,
       pg_size_bytes(current_setting('max_wal_size')) as max_wal_bytes,
       pg_size_bytes(current_setting('maintenance_work_mem')) as maintenance_work_mem_bytes,
       current_setting('wal_level') as wal_level`,
  );
  const row = onlyRow(answer);
  const dataDirectory = await findDataDirectory(lab, client);
  return {
    freeDiskBytes: dataDirectory === undefined ? undefined : freeBytes(dataDirectory),
    memoryBytes: dataDirectory === undefined ? undefined : memoryBytes(),
    databaseBytes: Number(row.database_bytes),
    maxWalBytes: Number(row.max_wal_bytes),
    skipsLog: row.wal_level === 'minimal',
    walLevel: row.wal_level,
    maintenanceWorkMemBytes: Number(row.maintenance_work_mem_bytes),
  };
}

/** Free space in a folder's file system, in bytes; undefined where it cannot be asked. */
export function freeBytes(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** The folder of the server's data, if it is on this machine and this process may look at it. */
export async function findDataDirectory(lab: Lab, client: pg.Client): Promise<string | undefined> {
  if (lab.server.kind === 'embedded') return lab.server.paths.data;
  // Through a unix socket the server is on this machine, but perhaps in a container with other paths.
  const local = await client
    .query<{ local: boolean; folder: string | null }>(
      `select inet_server_addr() is null as local, current_setting('data_directory', true) as folder`,
    )
    .catch(() => undefined);
  const found = local?.rows[0];
  if (found?.local !== true || found.folder === null) return undefined;
  return freeBytes(found.folder) === undefined ? undefined : found.folder;
}
