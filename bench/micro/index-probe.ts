import type pg from 'pg';
import { codeOf } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { defaultDesignName, designNamed } from '../../db/designs.ts';
import { itemAt } from '../../db/item-at.ts';
import { readSql } from '../../db/sql.ts';
import { queryCanceled } from '../../db/sqlstates.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus } from '../../db/topologies/topology.ts';
import type { BenchReservation } from '../database/reservation.ts';
import { type ExplainedStatement, sharedBuffers } from '../explain/plan-summary.ts';
import type { IndexProbeResult } from '../results/results.ts';
import type { BenchDataSet } from '../scenarios/blocked-contacts.ts';
import { createDraw } from '../scenarios/draw.ts';
import { bootstrapMedian } from '../stats/bootstrap.ts';
import { seededRandom, seedFor } from '../stats/random.ts';

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));
const probeSql = sql('index_probe');
const scanSql = sql('index_probe_scan');

/** Only nested loops with an index: the planner would hash the whole table for so many probes. */
export const probePlannerSettings = [
  'enable_hashjoin = off',
  'enable_mergejoin = off',
  'enable_seqscan = on',
  'enable_memoize = off',
  'enable_material = off',
  'enable_hashagg = off',
  'enable_sort = off',
  'max_parallel_workers_per_gather = 0',
];

/** The floor's time, and how often it is measured at least. */
const secondsAllowed = 6;
const fewestRounds = 3;

/** Longest that a statement of probes may take: without its index every probe reads the whole table. */
const statementTimeoutMs = 10_000;
const fewestProbes = 10;

/** How much is measured. */
export interface IndexProbeOptions {
  readonly seed: number;
  readonly probes?: number;
  readonly rounds?: number;
}

/**
 * Measures bare index probes, with the default design in place. Where they take too long, as they do
 * when the primary key was dropped, a hundredth as many are measured.
 */
export async function measureIndexProbe(
  reservation: BenchReservation,
  dataSet: BenchDataSet,
  options: IndexProbeOptions,
): Promise<IndexProbeResult> {
  const probes = options.probes ?? 100_000;
  try {
    return await measureProbes(reservation, dataSet, { ...options, probes });
  } catch (error) {
    if (codeOf(error) !== queryCanceled || probes <= fewestProbes) throw error;
    return measureIndexProbe(reservation, dataSet, { ...options, probes: Math.ceil(probes / 100) });
  }
}

async function measureProbes(
  reservation: BenchReservation,
  dataSet: BenchDataSet,
  { seed, probes, rounds = 9 }: IndexProbeOptions & { readonly probes: number },
): Promise<IndexProbeResult> {
  const { client, table } = await besideIndex(reservation);
  const sqlOf = (sql: string): string => sql.replace('public.blocked_contacts', table);
  try {
    await client.query(`set statement_timeout = ${statementTimeoutMs}`);
    for (const setting of probePlannerSettings) await client.query(`set ${setting}`);
    await client.query('create temp table index_probes (phone text collate "C" not null)');
    const phones = createDraw(dataSet, seedFor(seed, 'index probe draw')).unblocked(probes);
    await client.query('insert into index_probes select unnest($1::text[])', [phones]);
    await client.query('analyze index_probes');
    const differences: number[] = [];
    const deadlineMs = performance.now() + secondsAllowed * 1_000;
    for (let round = 0; round <= rounds; round++) {
      if (round > fewestRounds && performance.now() > deadlineMs) break;
      const scanNs = await timed(client, scanSql);
      const probeNs = await timed(client, sqlOf(probeSql));
      if (round > 0) differences.push((probeNs - scanNs) / probes);
    }
    const explained = await client.query<{ 'QUERY PLAN': ExplainedStatement[] }>(
      `explain (analyze, buffers, timing off, format json) ${sqlOf(probeSql)}`,
    );
    const counted = await client.query<{ count: string }>(`select count(*) from ${table}`);
    return {
      probes,
      nsPerProbe: bootstrapMedian(differences, {
        random: seededRandom(seedFor(seed, 'index probe bootstrap')),
      }),
      // shared ones only: the temporary table's are local
      buffersPerProbe: sharedBuffers(itemAt(onlyRow(explained)['QUERY PLAN'], 0).Plan) / probes,
      blockedContacts: Number(onlyRow(counted).count),
    };
  } finally {
    await client.end();
  }
}

/** A session beside the index that a check probes, and the table's name there: a shard's, on a cluster. */
async function besideIndex(
  reservation: BenchReservation,
): Promise<{ readonly client: pg.Client; readonly table: string }> {
  if (reservation.topology !== citus) {
    const client = await reservation.openClient(designNamed(defaultDesignName));
    return { client, table: 'public.blocked_contacts' };
  }
  const client = await reservation.openWorker();
  const shard = await client.query<{ name: string }>(citusSql('shard_of_blocked_contacts'));
  return { client, table: onlyRow(shard).name };
}

/** Nanoseconds until the answer is there. */
export async function timed(
  client: pg.Client,
  statement: string | pg.QueryConfig,
): Promise<number> {
  const before = process.hrtime.bigint();
  await client.query(statement);
  return Number(process.hrtime.bigint() - before);
}
