import { onlyRow } from '../../db/connection/only-row.ts';
import { readSql } from '../../db/sql.ts';
import { oneServer } from '../../db/topologies/topology.ts';
import type { BenchReservation } from '../database/reservation.ts';
import type { TreeShape } from '../results/results.ts';
import { pageBytes, predictTree } from './btree-model.ts';

const sizeOfKeySql = readSql(new URL('./sql/size_of_key.sql', import.meta.url));
const key = 'blocked_contacts_pkey';

/** An index of more than this, times what its rows need, is bloated. */
const bloated = 1.5;

/** An index of fewer pages is read in microseconds, whatever its state. */
const smallPages = 10;

/** How many times what its rows need an index takes, where that is too much. */
export function bloatOf({
  sizeBytes,
  predictedSizeBytes,
}: Pick<TreeShape, 'sizeBytes' | 'predictedSizeBytes'>): number | undefined {
  if (sizeBytes === undefined || predictedSizeBytes < smallPages * pageBytes) return undefined;
  const times = sizeBytes / predictedSizeBytes;
  return times > bloated ? times : undefined;
}

/**
 * Builds the key of the blocked numbers anew where it is bloated: the reports of benches and loads put numbers in
 * and they are taken out again, which leaves pages half empty that a fresh data set has not. Throws what the
 * server throws.
 *
 * @param rows how many numbers are blocked
 * @returns whether it was
 */
export async function rebuildIfBloated(
  { admin, topology, change }: BenchReservation,
  rows: number,
): Promise<boolean> {
  if (topology !== oneServer) return false;
  const answer = await admin.query<{ bytes: string | null }>(sizeOfKeySql, [key]);
  const { bytes } = onlyRow(answer); // null under a design that has no such key
  const { sizeBytes: predictedSizeBytes } = predictTree(rows);
  if (bytes === null || bloatOf({ sizeBytes: Number(bytes), predictedSizeBytes }) === undefined) {
    return false;
  }
  await change((session) => session.query(`reindex index public.${key}`));
  return true;
}
