import type pg from 'pg';
import { readSql } from '../../db/sql.ts';
import { type DataSetOptions, dataSetVersion } from '../data-set/data-set.ts';
import { scaleName } from '../data-set/scale.ts';
import type { TableSummary } from '../verify/table-summary.ts';

/** The data set that a database holds, or was to hold when a seed was cut short. */
export interface Plan {
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

/** The plan of this database, if a seed has begun one. Makes nothing. */
export async function readSeedRecord(client: pg.Client): Promise<Plan | undefined> {
  const found = await client.query(`select to_regclass('optout_lab.seed_plan') as plan`);
  if (found.rows[0]?.plan === null) return undefined;
  const { rows } = await client.query<{
    data_set_version: number;
    messages: string;
    seed: string;
    ordinary_report_share: number;
    finished: boolean;
  }>(
    `select data_set_version, messages, seed, ordinary_report_share, finished_at is not null as finished
     from optout_lab.seed_plan`,
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
        },
        finished: row.finished,
      };
}

/** Replaces whatever plan there was, and forgets its stages. */
export async function beginSeed(client: pg.Client, options: DataSetOptions): Promise<void> {
  await client.query('delete from optout_lab.seed_stages');
  await client.query('delete from optout_lab.seed_plan');
  await client.query(
    `insert into optout_lab.seed_plan (data_set_version, messages, seed, ordinary_report_share)
     values ($1, $2, $3, $4)`,
    [dataSetVersion, options.messages, options.seed, options.ordinaryReportShare],
  );
}

/** Marks the plan as carried out. */
export async function finishSeed(client: pg.Client): Promise<void> {
  await client.query('update optout_lab.seed_plan set finished_at = clock_timestamp()');
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

/** Whether two plans write the same rows. */
export function isSameDataSet(plan: Plan, options: DataSetOptions): boolean {
  return (
    plan.version === dataSetVersion &&
    plan.options.messages === options.messages &&
    plan.options.seed === options.seed &&
    plan.options.ordinaryReportShare === options.ordinaryReportShare
  );
}

/** A data set in words: `scale small, seed 1`. */
export function describeDataSet(options: DataSetOptions): string {
  return `scale ${scaleName(options.messages)}, seed ${options.seed}, ordinary reports ${options.ordinaryReportShare}`;
}
