import type pg from 'pg';
import { codeOf, messageOf, UserError } from '../../db/cli/errors.ts';
import type { Design } from '../../db/designs.ts';
import { readSql } from '../../db/sql.ts';
import { citus } from '../../db/topologies/topology.ts';
import { useExtension } from '../database/extension.ts';
import type { BenchReservation } from '../database/reservation.ts';
import { lookupIndexes } from '../explain/lookup.ts';

const prefaultSql = readSql(new URL('./sql/prefault.sql', import.meta.url));

/**
 * What lets a session be as one that has been open for long: PostgreSQL's processes map shared memory page
 * by page, each for itself, and the first statement that reads a page pays for that.
 *
 * @returns reads all pages of the indexes of the design's lookup in a session
 * @throws UserError where the role may not read pages, and on a cluster, whose indexes are on other servers
 */
export async function prefaultLookup(
  { admin, topology }: Pick<BenchReservation, 'admin' | 'topology'>,
  design: Pick<Design, 'folder'>,
): Promise<(session: pg.Client) => Promise<void>> {
  if (topology === citus) throw new UserError('--prefault is for one server, not for a cluster');
  try {
    await useExtension(admin, 'pageinspect');
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    throw new UserError(`--prefault wants pageinspect: ${messageOf(error)}`);
  }
  const indexes = await lookupIndexes(admin, design);
  return async (session) => {
    await session.query(prefaultSql, [indexes]);
  };
}
