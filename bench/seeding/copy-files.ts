import {
  chmodSync,
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { onInterrupt } from '../../db/cli/command.ts';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { formatBytes } from '../../db/cli/number-text.ts';
import type { DataSet, TableName } from '../../seed/data-set/data-set.ts';
import { CopySource } from '../../seed/encode/copy-source.ts';
import { literal } from '../../seed/fill/definitions.ts';
import { estimateDisk } from '../../seed/fill/disk-estimate.ts';
import { freeBytes } from '../../seed/fill/server-facts.ts';
import type { TableSummary } from '../../seed/verify/table-summary.ts';

/** The rows of a data set in files that the server can load by itself: the limit for any loader. */
export interface CopyFiles extends Disposable {
  pathOf(table: TableName): string;
  /** What each file holds. */
  readonly summaries: ReadonlyMap<TableName, TableSummary>;
}

/**
 * Writes the binary COPY data of some tables into a temporary folder, one file a table, readable by
 * the server's account. Disposing removes it; so does an interrupt.
 *
 * @throws UserError where there is no room
 */
export function writeCopyFiles(dataSet: DataSet, tables: readonly TableName[]): CopyFiles {
  const { tablesBytes } = estimateDisk(dataSet); // somewhat more than the files take
  const free = freeBytes(tmpdir()) ?? Number.POSITIVE_INFINITY;
  if (free < tablesBytes) {
    throw new UserError(
      `not enough disk in ${tmpdir()} for the files to compare with: ${formatBytes(tablesBytes)} needed, ` +
        `${formatBytes(free)} free: choose a smaller --scale, or name another folder in TMPDIR`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-bench-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const forget = onInterrupt(async () => remove());
  const pathOf = (table: TableName): string => join(folder, `${table}.copy`);
  try {
    const summaries = new Map(
      tables.map((table) => [table, writeRows(dataSet, table, pathOf(table))]),
    );
    chmodSync(folder, 0o755);
    return {
      pathOf,
      summaries,
      [Symbol.dispose]: () => {
        forget();
        remove();
      },
    };
  } catch (error) {
    forget();
    remove();
    throw error;
  }
}

/**
 * Lets the server load a file by itself into `target`, a table as SQL.
 *
 * @throws UserError where the server cannot read a file that this process wrote
 */
export async function copyFromFile(client: pg.Client, file: string, target: string): Promise<void> {
  try {
    await client.query(`copy ${target} from ${literal(file)} (format binary, freeze)`);
  } catch (error) {
    throw new UserError(
      `the server cannot load a file of this machine (${messageOf(error)}): ` +
        'this benchmark needs the embedded server, or a superuser on a server that runs here',
    );
  }
}

function writeRows(dataSet: DataSet, table: TableName, file: string): TableSummary {
  const source = new CopySource(dataSet, table, { chunkBytes: 256 * 1024 });
  const descriptor = openSync(file, 'w', 0o644);
  try {
    for (let bytes = source.fill(); bytes.length > 0; bytes = source.fill()) {
      writeFileSync(descriptor, bytes);
    }
    // What is not on disk yet would be written while the first load is timed.
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return source.summary();
}
