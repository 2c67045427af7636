import { UserError } from '../../db/cli/errors.ts';
import { connect } from '../../db/connection/connect.ts';
import { endWithClient } from '../../db/connection/database-lock.ts';
import type { ShardPlaces } from '../../db/topologies/citus/shard-places.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import type { DataSet, TableName } from '../data-set/data-set.ts';
import { CopySource } from '../encode/copy-source.ts';
import type { TableSummary } from '../verify/table-summary.ts';
import { seedApplication } from './connections.ts';
import { sendRows } from './send-rows.ts';

/** How many hash values the table of places has one entry for. */
const valuesPerEntry = 2 ** 16;

/** Where a load goes straight to the workers: the workers, and which of them has a number. */
export interface StraightPlaces {
  readonly urls: readonly string[];
  /** As CopySource wants it. */
  readonly placeOfHash: Uint8Array;
}

/**
 * Which worker has which number, in the form in which rows are written.
 *
 * @throws UserError where shards were split at a value that this form does not know
 */
export function straightPlaces({ urls, shards }: ShardPlaces): StraightPlaces {
  const least = -(2 ** 31);
  if (shards.some(({ from }) => (from - least) % valuesPerEntry !== 0)) {
    throw new UserError(
      'the shards were split too finely for --straight: seed through the coordinator',
    );
  }
  const placeOfHash = new Uint8Array(2 ** 32 / valuesPerEntry);
  for (const { from, node } of shards) placeOfHash.fill(node, (from - least) / valuesPerEntry);
  return { urls, placeOfHash };
}

/**
 * Sends every worker its own rows of a table, all at the same time, which each commits by itself: the table
 * must be empty, and is to be emptied where one of them fails.
 *
 * @param sources told to whoever watches, one for each worker
 */
export async function sendStraight(
  dataSet: DataSet,
  table: TableName,
  { urls, placeOfHash }: StraightPlaces,
  watch: (sources: readonly CopySource[]) => void,
): Promise<TableSummary> {
  const sources = urls.map(
    (_, place) =>
      new CopySource(dataSet, table, { reportsNameNumber: true, part: { placeOfHash, place } }),
  );
  watch(sources);
  const sent = sources.map((source, place) => sendTo(urls[place] ?? '', source, table));
  const failed = (await Promise.allSettled(sent)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  const summaries = sources.map((source) => source.summary());
  return {
    rows: summaries.reduce((sum, { rows }) => sum + rows, 0),
    checksum: String(summaries.reduce((all, { checksum }) => all ^ BigInt(checksum), 0n)),
  };
}

async function sendTo(url: string, source: CopySource, table: TableName): Promise<void> {
  const client = await connect(url, seedApplication);
  try {
    await endWithClient(client);
    await client.query(citusSql('load_session'));
    await sendRows(client, source, `public.${table}`);
  } finally {
    await client.end().catch(() => {});
  }
}
