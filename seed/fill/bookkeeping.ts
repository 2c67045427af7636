import { createHash } from 'node:crypto';
import type pg from 'pg';
import { readSql } from '../../db/sql.ts';
import { type DataSetOptions, dataSetVersion } from '../data-set/data-set.ts';
import type { DataSetShape } from '../data-set/data-set-shape.ts';
import { scaleName } from '../data-set/scale.ts';
import type { TableSummary } from '../verify/table-summary.ts';

/** The data set that a database holds, or was to hold when a seed was cut short. */
export interface SeedRecord {
  readonly version: number;
  readonly options: DataSetOptions;
  readonly finished: boolean;
}

/** A stage that is done, as it was remembered. */
export interface FinishedStage {
  readonly name: string;
  readonly seconds: number;
  /** What was written, for a stage that filled a table. */
  readonly summary: TableSummary | undefined;
}

/** Makes the seeder's own tables where they are missing. */
export async function createBookkeeping(client: pg.Client): Promise<void> {
  await client.query(readSql(new URL('./sql/bookkeeping.sql', import.meta.url)));
}

/** What a seed recorded of its data set, if one has begun. Makes nothing. */
export async function readSeedRecord(client: pg.Client): Promise<SeedRecord | undefined> {
  const { rows: tables } = await client.query<{ name: string }>(
    // labs before December 2026 called it seed_plan; the next seed takes that over
    `select name from unnest(array['optout_lab.seed_record', 'optout_lab.seed_plan']) as name
     where to_regclass(name) is not null`,
  );
  if (tables.length === 0) return undefined;
  const { rows } = await client.query<{
    data_set_version: number;
    messages: string;
    seed: string;
    ordinary_report_share: number;
    shape: DataSetShape | null;
    finished: boolean;
  }>(
    // read as a whole row: before shapes there was no such column
    `select data_set_version, messages, seed, ordinary_report_share, shape, finished_at is not null as finished
     from (${tables
       .map(
         ({ name }) =>
           `select data_set_version, messages, seed, ordinary_report_share, row_to_json(r) -> 'shape' as shape, started_at, finished_at from ${name} as r`,
       )
       .join(' union all ')}) as records
     order by started_at desc
     limit 1`,
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        version: row.data_set_version,
        options: {
          messages: Number(row.messages),
          seed: Number(row.seed),
          ordinaryReportShare: row.ordinary_report_share,
          ...(row.shape === null ? {} : { shape: row.shape }),
        },
        finished: row.finished,
      };
}

/** Replaces what an earlier seed recorded, and forgets its stages. */
export async function beginSeed(client: pg.Client, options: DataSetOptions): Promise<void> {
  await client.query('delete from optout_lab.seed_stages');
  await client.query('delete from optout_lab.seed_record');
  await client.query(
    `insert into optout_lab.seed_record (data_set_version, messages, seed, ordinary_report_share, shape)
     values ($1, $2, $3, $4, $5)`,
    [
      dataSetVersion,
      options.messages,
      options.seed,
      options.ordinaryReportShare,
      options.shape === undefined ? null : JSON.stringify(options.shape),
    ],
  );
}

/** Notes that the data set is all there. */
export async function finishSeed(client: pg.Client): Promise<void> {
  await client.query('update optout_lab.seed_record set finished_at = clock_timestamp()');
}

/** Remembers that a stage is done. In the transaction of the stage's own work, where it has one. */
export async function finishStage(client: pg.Client, stage: FinishedStage): Promise<void> {
  await client.query(
    `insert into optout_lab.seed_stages (stage, seconds, row_count, checksum) values ($1, $2, $3, $4)
     on conflict (stage) do nothing`,
    [stage.name, stage.seconds, stage.summary?.rows ?? null, stage.summary?.checksum ?? null],
  );
}

/** The stages that are done, in the order in which they were finished. */
export async function finishedStages(client: pg.Client): Promise<readonly FinishedStage[]> {
  const { rows } = await client.query<{
    stage: string;
    seconds: number;
    row_count: string | null;
    checksum: string | null;
  }>(
    'select stage, seconds, row_count, checksum from optout_lab.seed_stages order by finished_at, stage',
  );
  return rows.map((row) => ({
    name: row.stage,
    seconds: row.seconds,
    summary:
      row.row_count === null || row.checksum === null
        ? undefined
        : { rows: Number(row.row_count), checksum: row.checksum },
  }));
}

/** Whether a recorded seed and this data set have the same rows. */
export function isSameDataSet(record: SeedRecord, options: DataSetOptions): boolean {
  return (
    record.version === dataSetVersion &&
    record.options.messages === options.messages &&
    record.options.seed === options.seed &&
    shapeName(record.options.shape) === shapeName(options.shape) &&
    (options.shape !== undefined ||
      record.options.ordinaryReportShare === options.ordinaryReportShare)
  );
}

/** A data set in words: `scale small, seed 1, ordinary reports 0.05`. */
export function describeDataSet(options: DataSetOptions): string {
  const { messages, seed, ordinaryReportShare, shape } = options;
  const looks =
    shape === undefined ? `ordinary reports ${ordinaryReportShare}` : `shape ${shapeName(shape)}`;
  return `scale ${scaleName(messages)}, seed ${seed}, ${looks}`;
}

/** Eight digits by which a shape is known; equal shapes have equal ones. */
function shapeName(shape: DataSetShape | undefined): string {
  if (shape === undefined) return '';
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 8);
}
