import type pg from 'pg';
import { onlyRow } from '../../db/connection/only-row.ts';
import { readSql } from '../../db/sql.ts';

/** What the server counted, ever. */
export interface ServerCounters {
  readonly walBytes: number;
  readonly walRecords: number;
  readonly fullPageImages: number;
  readonly checkpoints: number;
  readonly autovacuums: number;
}

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));
const countersSql = sql('server_counters');
const countersBefore17Sql = sql('server_counters_before_17');

/** Reads the server's counters, after the given sessions have told theirs. */
export async function readCounters(
  admin: pg.Client,
  major: number,
  sessions: readonly pg.Client[] = [],
): Promise<ServerCounters> {
  await Promise.all(sessions.map((session) => session.query('select pg_stat_force_next_flush()')));
  const answer = await admin.query<Record<keyof ServerCounters, string>>(
    major >= 17 ? countersSql : countersBefore17Sql,
  );
  const row = onlyRow(answer);
  return {
    walBytes: Number(row.walBytes),
    walRecords: Number(row.walRecords),
    fullPageImages: Number(row.fullPageImages),
    checkpoints: Number(row.checkpoints),
    autovacuums: Number(row.autovacuums),
  };
}

/** What was counted in between. */
export function countersBetween(before: ServerCounters, after: ServerCounters): ServerCounters {
  return {
    walBytes: after.walBytes - before.walBytes,
    walRecords: after.walRecords - before.walRecords,
    fullPageImages: after.fullPageImages - before.fullPageImages,
    checkpoints: after.checkpoints - before.checkpoints,
    autovacuums: after.autovacuums - before.autovacuums,
  };
}
