import type pg from 'pg';
import { onlyRow } from '../../db/connection/only-row.ts';
import { readSql } from '../../db/sql.ts';

const hugePagesSql = readSql(new URL('./sql/huge_pages.sql', import.meta.url));

/** Whether a server's shared memory lies in huge pages, `on`, `off` or `unknown`; undefined where it does not say. */
export async function hugePagesOf(client: pg.Client): Promise<string | undefined> {
  const answer = await client.query<{ state: string | null }>(hugePagesSql);
  return onlyRow(answer).state ?? undefined;
}
