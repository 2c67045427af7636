import { UserError } from '../../db/cli/errors.ts';
import { formatBytes } from '../../db/cli/number-text.ts';
import type { DataSet } from '../data-set/data-set.ts';
import { estimateDisk } from './disk-estimate.ts';
import type { ServerFacts } from './server-facts.ts';

/** Kept free for the write-ahead log: a server that cannot write its log stops. */
export const reservedDiskBytes = 64e6;

/** The least that a server can load with at all. */
const leastMemoryBytes = 256e6;

/** Memory that one of two index builds may take. */
const mostBuildMemoryBytes = 2 * 1024 ** 3;

/**
 * Says in words what the load will take and what there is.
 *
 * @param freedBytes what this database takes now and the load will take again
 * @throws UserError where disk or memory cannot be enough
 */
export function requireSpace(
  dataSet: DataSet,
  facts: ServerFacts,
  freedBytes: number,
): readonly string[] {
  const { tablesBytes, indexesBytes, sortBytes } = estimateDisk(dataSet);
  const kept = tablesBytes + indexesBytes;
  // Without log for the rows themselves; otherwise as much as the server keeps at most.
  const logBytes = facts.skipsLog ? 0 : Math.min(facts.maxWalBytes, tablesBytes * 1.1);
  const needed = kept + sortBytes + logBytes + reservedDiskBytes - freedBytes;
  const free = facts.freeDiskBytes;
  if (free !== undefined && free < needed) {
    throw new UserError(
      `not enough disk: the load takes ${formatBytes(kept)} and needs ${formatBytes(Math.max(0, needed))} free ` +
        `while it builds, and ${formatBytes(free)} are free: free some, move the data, or choose a smaller --scale`,
    );
  }
  if (facts.memoryBytes !== undefined && facts.memoryBytes < leastMemoryBytes) {
    throw new UserError(
      `not enough memory: ${formatBytes(facts.memoryBytes)}, and PostgreSQL needs ${formatBytes(leastMemoryBytes)} at least`,
    );
  }
  return [
    `disk: ${formatBytes(kept)} (tables ${formatBytes(tablesBytes)}, indexes ${formatBytes(indexesBytes)}), ` +
      `${formatBytes(Math.max(0, needed))} needed while loading, ` +
      (free === undefined ? 'free space not visible from here' : `${formatBytes(free)} free`),
    `memory: ${facts.memoryBytes === undefined ? 'not visible from here' : formatBytes(facts.memoryBytes)}, ` +
      `${formatBytes(buildMemoryBytes(facts))} for each index build`,
    ...(facts.skipsLog
      ? []
      : [
          `note: wal_level is ${facts.walLevel}, so all rows go through the write-ahead log as well: this takes longer`,
        ]),
  ];
}

/** maintenance_work_mem for a load: two builds may run at a time, each with workers that share it. */
export function buildMemoryBytes(facts: ServerFacts): number {
  const fair =
    facts.memoryBytes === undefined
      ? facts.maintenanceWorkMemBytes
      : Math.min(mostBuildMemoryBytes, facts.memoryBytes / 10);
  return Math.max(facts.maintenanceWorkMemBytes, Math.floor(fair));
}
