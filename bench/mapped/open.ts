import type { Mapping } from '../../db/adopt/mapping.ts';
import { wordsOf } from '../../db/adopt/words.ts';
import { UserError } from '../../db/cli/errors.ts';
import { type Lab, openLabOn, openServer } from '../../db/lab.ts';
import { appliedMigrations } from '../../db/schema/migrate.ts';
import { inDatabase } from '../../db/server/databases.ts';
import { allowNonemptyFlag } from '../../db/server/guard.ts';
import { citus } from '../../db/topologies/topology.ts';

/** Which database, and whether it may be somebody's. */
interface Where {
  readonly database?: string | undefined;
  readonly allowNonempty?: boolean | undefined;
}

/**
 * Opens the database that a mapping's files were run in. Nothing is made or changed.
 *
 * @throws UserError as openLab does, for a cluster, and for a database that the lab did not make unless that
 *   is allowed
 */
export async function openMapped(mapping: Mapping, where: Where): Promise<Lab> {
  const lab = await openLabOn(await serverOf(where.database), {
    migrate: false,
    allowNonempty: true,
  });
  try {
    if (lab.topology === citus) throw new UserError('the tables of a mapping are on one server');
    if (where.allowNonempty !== true) await requireOwn(lab, wordsOf(mapping).messages);
    return lab;
  } catch (error) {
    await lab.close();
    throw error;
  }
}

async function serverOf(database: string | undefined): ReturnType<typeof openServer> {
  const server = await openServer();
  if (database === undefined) return server;
  try {
    return await inDatabase(server, database, { create: false });
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function requireOwn(lab: Lab, table: string): Promise<void> {
  const client = await lab.connect();
  try {
    if ((await appliedMigrations(client)) > 0) return;
  } finally {
    await client.end();
  }
  throw new UserError(
    `the lab did not make this database: pass ${allowNonemptyFlag} to insert into ${table} here; every row is rolled back`,
  );
}
