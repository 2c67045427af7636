import { do_not_optimize, measure } from 'mitata';
import type pg from 'pg';
import { inTransaction } from '../../db/connection/transaction.ts';
import type { Lab } from '../../db/lab.ts';
import { RandomSequence } from '../../seed/data-set/counter-random.ts';
import type { DataSet } from '../../seed/data-set/data-set.ts';
import { CopySource } from '../../seed/encode/copy-source.ts';
import { sendRows } from '../../seed/fill/send-rows.ts';
import { copyFromFile, writeCopyFiles } from './copy-files.ts';
import type { SpeedPair } from './speed-results.ts';

/** A speed, in rows and in bytes. */
export interface CopyRate {
  readonly rowsPerSecond: number;
  readonly bytesPerSecond: number;
}

const table = 'optout_lab.bench_messages';

/** How fast messages are computed, encoded and hashed, with nobody to send them to. */
export async function measureEncoder(dataSet: DataSet): Promise<CopyRate> {
  let source = new CopySource(dataSet, 'outbound_messages');
  let [rows, bytes, calls] = [0, 0, 0];
  const stats = await measure(() => {
    const before = source.rowsWritten;
    const chunk = source.fill();
    rows += source.rowsWritten - before;
    bytes += chunk.length;
    calls++;
    if (source.rowsWritten === source.rows) source = new CopySource(dataSet, 'outbound_messages');
    do_not_optimize(chunk);
  });
  const chunksPerSecond = 1e9 / stats.p50;
  return {
    rowsPerSecond: (chunksPerSecond * rows) / calls,
    bytesPerSecond: (chunksPerSecond * bytes) / calls,
  };
}

/**
 * Loads the messages of a data set by turns through the seeder's COPY and by the server itself from
 * a file of the same bytes: the limit for one stream. Each load has an emptied table of its own,
 * FREEZE and a commit, and the order within a pair is drawn. What rows are put together from was
 * prepared before, as it is in a seed, which fills the profiles first.
 *
 * @throws UserError where the server cannot read a file that this process writes
 */
export async function* measureCopyPairs(
  lab: Lab,
  dataSet: DataSet,
  pairs: number,
): AsyncGenerator<SpeedPair> {
  using files = writeCopyFiles(dataSet, ['outbound_messages']);
  const client = await lab.connect();
  try {
    await client.query(`drop table if exists ${table}`);
    await client.query(`create table ${table} (like public.outbound_messages)`);
    const load = {
      seeder: () => sendRows(client, new CopySource(dataSet, 'outbound_messages'), table),
      file: () => copyFromFile(client, files.pathOf('outbound_messages'), table),
    };
    const random = new RandomSequence(dataSet.options.seed);
    await timeLoad(client, load.file); // the first load pays for the file's way into the cache
    for (let pair = 0; pair < pairs; pair++) {
      const seederFirst = random.below(2) === 0;
      const first = await timeLoad(client, seederFirst ? load.seeder : load.file);
      const second = await timeLoad(client, seederFirst ? load.file : load.seeder);
      yield seederFirst
        ? { seederSeconds: first, serverSeconds: second }
        : { seederSeconds: second, serverSeconds: first };
    }
  } finally {
    await client.query(`drop table if exists ${table}`).catch(() => {});
    await client.end().catch(() => {});
  }
}

async function timeLoad(client: pg.Client, load: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await inTransaction(client, async () => {
    await client.query(`truncate ${table}`);
    await load();
  });
  return (performance.now() - started) / 1_000;
}
