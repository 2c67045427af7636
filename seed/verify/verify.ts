import { setImmediate as nextTurn } from 'node:timers/promises';
import type pg from 'pg';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { formatCount, formatSeconds } from '../../db/cli/number-text.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { withoutWorkersIfShort } from '../../db/connection/without-workers.ts';
import type { Lab } from '../../db/lab.ts';
import { readBlockThreshold } from '../../db/schema/block-threshold.ts';
import { readSql } from '../../db/sql.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus, type Topology } from '../../db/topologies/topology.ts';
import { mostOptOuts } from '../data-set/contacts.ts';
import {
  createDataSet,
  type DataSet,
  type DataSetOptions,
  type TableName,
  tableNames,
} from '../data-set/data-set.ts';
import { CopySource } from '../encode/copy-source.ts';
import { describeDataSet, readSeedRecord, type SeedRecord } from '../fill/bookkeeping.ts';
import { readServerFacts } from '../fill/server-facts.ts';
import { buildMemoryBytes } from '../fill/space.ts';
import { findUnsound } from './soundness.ts';
import { differences, summariseTable, type TableSummary } from './table-summary.ts';

/** What the caller says of the data set, which must be what the database's own record says; what it leaves out is not asked. */
export type ExpectedDataSet = {
  readonly [Key in keyof DataSetOptions]: DataSetOptions[Key] | undefined;
};

/**
 * Compares the database with what follows from (scale, seed) alone: row counts and checksums of all
 * tables, validated constraints, enabled triggers; and opt_outs and blocked_contacts with what the
 * reports themselves imply. Where the threshold is another or contacts opted in since, it is only what
 * the reports imply that says what must be in these two. Changes nothing.
 *
 * @throws UserError where the database holds another data set, half of one, or none
 * @throws CheckFailure naming everything that is not as it must be
 */
export async function verifyDatabase(
  lab: Lab,
  expected: ExpectedDataSet,
  print: (line: string) => void,
): Promise<void> {
  const started = performance.now();
  const client = await lab.connect();
  try {
    const options = chooseDataSet(await readSeedRecord(client), expected);
    print(`verifying ${describeDataSet(options)}`);
    const dataSet = createDataSet(options);
    const threshold = await readBlockThreshold(client);
    const contacts = await optedIn(lab, client);
    const findings: string[] = [...(await findUnsound(client))];
    for (const table of tableNames) {
      const unpredicted = whyUnpredicted(table, threshold, contacts);
      if (unpredicted !== undefined) {
        print(`  ${table.padEnd(18)} ${unpredicted}`);
        continue;
      }
      const began = performance.now();
      // The server scans the table while this process works out what must be in it.
      const [found, predicted] = await Promise.all([
        withoutWorkersIfShort(client, () => summariseTable(client, table), print),
        predictWithPauses(dataSet, table),
      ]);
      const different = differences(table, predicted, found);
      findings.push(...different);
      const verdict = different.length === 0 ? 'as predicted' : 'WRONG';
      print(
        `  ${table.padEnd(18)} ${formatCount(found.rows).padStart(13)} rows, checksum ${found.checksum}: ` +
          `${verdict} (${formatSeconds((performance.now() - began) / 1_000)})`,
      );
    }
    findings.push(...(await recount(lab, client, print)));
    if (findings.length > 0) throw new CheckFailure(findings.join('; '));
    print(`verified in ${formatSeconds((performance.now() - started) / 1_000)}: all as predicted`);
  } finally {
    await client.end();
  }
}

/** The contacts that an opt-in took an opt-out of since the seed. */
async function optedIn({ topology }: Lab, client: pg.Client): Promise<number> {
  if (!topology.optIns) return 0;
  const sql = readSql(new URL('./sql/opted_in.sql', import.meta.url));
  return onlyRow(await client.query<{ contacts: number }>(sql)).contacts;
}

/** Why a table rightly holds other rows than were seeded, and what is compared instead; undefined where it must not. */
function whyUnpredicted(table: TableName, threshold: number, contacts: number): string | undefined {
  if (table === 'blocked_contacts' && threshold !== mostOptOuts) {
    return `blocked from ${threshold} profiles on: compared with opt_outs alone`;
  }
  if ((table === 'opt_outs' || table === 'blocked_contacts') && contacts > 0) {
    return `${formatCount(contacts)} contacts opted in since: compared with the reports alone`;
  }
  return undefined;
}

function chooseDataSet(record: SeedRecord | undefined, expected: ExpectedDataSet): DataSetOptions {
  if (record === undefined) throw new UserError('the database has not been seeded: npm run seed');
  const options: DataSetOptions = {
    messages: expected.messages ?? record.options.messages,
    seed: expected.seed ?? record.options.seed,
    ordinaryReportShare: expected.ordinaryReportShare ?? record.options.ordinaryReportShare,
    shape: expected.shape ?? record.options.shape,
  };
  if (!record.finished) {
    throw new UserError(
      `a seed of ${describeDataSet(record.options)} was cut short: run npm run seed with the same flags to finish it`,
    );
  }
  if (describeDataSet(options) !== describeDataSet(record.options)) {
    throw new UserError(
      `the database holds ${describeDataSet(record.options)}, not ${describeDataSet(options)}`,
    );
  }
  return options;
}

/** What a table must hold, worked out from the data set alone; the server's answers and Ctrl-C are heard in between. */
async function predictWithPauses(dataSet: DataSet, table: TableName): Promise<TableSummary> {
  const source = new CopySource(dataSet, table, { chunkBytes: 256 * 1024 });
  while (source.fill().length > 0) await nextTurn();
  return source.summary();
}

/** The queries that count again: over shards one for each join, which the shards answer by themselves. */
function recountsOf(topology: Topology): readonly string[] {
  return topology === citus
    ? ['recount_opt_outs', 'recount_ordinals', 'recount_blocked_contacts'].map(citusSql)
    : [readSql(new URL('./sql/recount.sql', import.meta.url))];
}

/** Compares opt-outs and blocks with the reports themselves: what it finds, in words. */
async function recount(
  lab: Lab,
  client: pg.Client,
  print: (line: string) => void,
): Promise<readonly string[]> {
  const began = performance.now();
  // Hash tables may take twice work_mem (hash_mem_multiplier).
  const workMemBytes = buildMemoryBytes(await readServerFacts(lab, client)) / 2;
  await client.query(`set work_mem = ${Math.floor(workMemBytes / 1_024)}`);
  const counts: Record<string, string | null> = {};
  for (const sql of recountsOf(lab.topology)) {
    const count = () => client.query<Record<string, string | null>>(sql);
    Object.assign(counts, onlyRow(await withoutWorkersIfShort(client, count, print)));
  }
  const wrong = Object.entries(counts).filter(([, count]) => Number(count) > 0);
  const took = formatSeconds((performance.now() - began) / 1_000);
  const verdict = wrong.length === 0 ? 'they imply the same opt-outs and blocks' : 'WRONG';
  print(`  counted again from the reports: ${verdict} (${took})`);
  return wrong.map(
    ([what, count]) => `counted again from the reports: ${count} ${what.replaceAll('_', ' ')}`,
  );
}
