import type pg from 'pg';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { labSchema } from '../../../db/schema/migrate.ts';
import { readSql } from '../../../db/sql.ts';
import type { ServerDeltas } from '../results/results.ts';

/** Figures of the server that only go up, by name. */
export type ServerCounters = Readonly<Record<string, number>>;

/** What the server has counted so far; absent what this version or this role does not have. */
export interface Snapshot {
  /** When the server was started: another one after a failover. */
  readonly startedAt: string;
  readonly wal: ServerCounters;
  readonly checkpoints: ServerCounters;
  readonly io?: ReadonlyMap<string, ServerCounters>;
  readonly statements?: ReadonlyMap<string, ServerCounters>;
}

/** Statements kept. */
const mostStatements = 12;

/** Reads the server's counters. */
export async function takeSnapshot(client: pg.Client, major: number): Promise<Snapshot> {
  const wal = await countersOf(client, 'wal_counters');
  const checkpoints = await countersOf(
    client,
    major >= 17 ? 'checkpoint_counters_17' : 'checkpoint_counters_15',
  );
  const io = major >= 16 ? await namedCounters(client, sqlFile('io_counters')) : undefined;
  const statements = await statementCounters(client);
  const { startedAt } = onlyRow(
    await client.query<{ startedAt: string }>(
      'select pg_catalog.pg_postmaster_start_time()::text as "startedAt"',
    ),
  );
  return {
    startedAt,
    wal,
    checkpoints,
    ...(io === undefined ? {} : { io }),
    ...(statements === undefined ? {} : { statements }),
  };
}

/**
 * What happened between two snapshots; undefined where they are of two servers, as after a failover, or the
 * counters went back, because the server crashed or somebody reset them.
 */
export function snapshotDeltas(before: Snapshot, after: Snapshot): ServerDeltas | undefined {
  if (before.startedAt !== after.startedAt) return undefined;
  const wal = difference(before.wal, after.wal);
  const checkpoints = difference(before.checkpoints, after.checkpoints);
  if (Object.values({ ...wal, ...checkpoints }).some((value) => value < 0)) return undefined;
  const statements = differences(before.statements, after.statements)
    .filter(({ counters }) => counted(counters, 'calls') > 0)
    .sort((a, b) => counted(b.counters, 'total_exec_ms') - counted(a.counters, 'total_exec_ms'))
    .slice(0, mostStatements);
  return { wal, checkpoints, io: differences(before.io, after.io), statements };
}

function differences(
  before: ReadonlyMap<string, ServerCounters> | undefined,
  after: ReadonlyMap<string, ServerCounters> | undefined,
): { readonly name: string; readonly counters: ServerCounters }[] {
  // a name that was not there before has counted from nothing
  if (before === undefined || after === undefined) return [];
  return [...after]
    .map(([name, counters]) => ({ name, counters: difference(before.get(name), counters) }))
    .filter(({ counters }) => Object.values(counters).some((value) => value !== 0));
}

function difference(before: ServerCounters | undefined, after: ServerCounters): ServerCounters {
  if (before === undefined) return after;
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, value - counted(before, name)]),
  );
}

function counted(counters: ServerCounters, name: string): number {
  const value = counters[name];
  if (value === undefined) throw new Error(`the server's counters have no ${name}`);
  return value;
}

async function countersOf(client: pg.Client, file: string): Promise<ServerCounters> {
  return numbersOf(onlyRow(await client.query<{ counters: object }>(sqlFile(file))).counters);
}

async function namedCounters(
  client: pg.Client,
  sql: string,
): Promise<ReadonlyMap<string, ServerCounters>> {
  const { rows } = await client.query<{ name: string; counters: object }>(sql);
  return new Map(rows.map(({ name, counters }) => [name, numbersOf(counters)]));
}

/** pg_stat_statements wants to be preloaded, and to be an extension of this database: both may be missing. */
async function statementCounters(
  client: pg.Client,
): Promise<ReadonlyMap<string, ServerCounters> | undefined> {
  try {
    const found = await client.query<{ schema: string }>(sqlFile('statements_schema'));
    if (found.rows.length === 0) {
      await client.query(`create extension pg_stat_statements schema ${labSchema}`);
    }
    const schema = found.rows[0]?.schema ?? labSchema;
    await client.query(`set search_path = public, "${schema.replaceAll('"', '""')}"`);
    return await namedCounters(client, sqlFile('statement_counters'));
  } catch {
    return undefined;
  }
}

/** Whatever is a number; pg gives large ones in JSON as numbers too. */
function numbersOf(counters: object): ServerCounters {
  return Object.fromEntries(
    Object.entries(counters).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );
}

function sqlFile(name: string): string {
  return readSql(new URL(`./sql/${name}.sql`, import.meta.url));
}
