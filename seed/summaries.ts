import type pg from 'pg';
import { readSql } from '../db/sql.ts';
import type { TableSummary } from './checksum.ts';
import type { TableName } from './data-set.ts';

/** Counts and hashes all rows of a table, on the server. */
export async function summariseTable(client: pg.Client, table: TableName): Promise<TableSummary> {
  const { rows } = await client.query<{ rows: string; checksum: string }>(
    readSql(new URL(`./sql/checksum_${table}.sql`, import.meta.url)),
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`no summary of ${table}`);
  return { rows: Number(row.rows), checksum: row.checksum };
}

/** In words, how a table differs from what it must hold; empty when it does not. */
export function differences(
  table: TableName,
  expected: TableSummary | undefined,
  found: TableSummary,
): readonly string[] {
  if (expected === undefined) throw new Error(`nothing is known of what ${table} must hold`);
  if (found.rows !== expected.rows) {
    return [`${table} holds ${found.rows} rows instead of ${expected.rows}`];
  }
  return found.checksum === expected.checksum
    ? []
    : [
        `${table} holds other rows than predicted (checksum ${found.checksum}, not ${expected.checksum})`,
      ];
}
