import type pg from 'pg';
import { firstIdOf } from '../../../db/schema/id-boundary.ts';
import { readSql } from '../../../db/sql.ts';
import { readId } from '../workload/ids.ts';
import type { RunRecord } from './run-record.ts';

/** A row of a run; `to_number` for messages only. */
export interface RunRow {
  readonly id: string;
  readonly to_number?: string;
}

/** Rows fetched at a time. */
export const rowsPerQuery = 10_000;

const statements = {
  messages: readSql(new URL('./sql/run_messages.sql', import.meta.url)),
  reports: readSql(new URL('./sql/run_reports.sql', import.meta.url)),
} as const;

/**
 * The rows of a run in one table, in the order of their ids, batch by batch. No id is too late: a
 * clock that was set back meanwhile is behind the run's own.
 */
export async function* runRows(
  client: pg.Client,
  kind: keyof typeof statements,
  run: Pick<RunRecord, 'runTag' | 'fromUnixMs'>,
): AsyncGenerator<readonly RunRow[]> {
  let after = firstIdOf(run.fromUnixMs);
  const tag = run.runTag.toString(16).padStart(6, '0');
  for (;;) {
    const { rows } = await client.query<RunRow>(statements[kind], [after, tag, rowsPerQuery]);
    const own = rows.filter(({ id }) => readId(id, run.runTag) !== undefined);
    if (own.length > 0) yield own;
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerQuery) return;
    after = last.id;
  }
}
