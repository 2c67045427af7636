import type pg from 'pg';
import { onlyRow } from '../../db/connection/only-row.ts';
import { readSql } from '../../db/sql.ts';
import type { TableName } from '../data-set/data-set.ts';

/** What a table holds, in short: equal for equal rows in any order. */
export interface TableSummary {
  readonly rows: number;
  /**
   * Exclusive or of all row hashes, as PostgreSQL's bit_xor(bigint) prints it. How the columns of each
   * table are hashed: `sql/checksum_*.sql`.
   */
  readonly checksum: string;
}

/** Counts and hashes all rows of a table, on the server. */
export async function summariseTable(client: pg.Client, table: TableName): Promise<TableSummary> {
  const answer = await client.query<{ rows: string; checksum: string }>(
    readSql(new URL(`./sql/checksum_${table}.sql`, import.meta.url)),
  );
  const { rows, checksum } = onlyRow(answer);
  return { rows: Number(rows), checksum };
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
