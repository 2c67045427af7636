import type pg from 'pg';
import { readSql } from '../../db/sql.ts';
import type { TableName } from '../data-set/data-set.ts';
import { literal, quote } from './definitions.ts';

/**
 * Empties a table and fills it by `copy`, in the transaction that the caller has begun. In that
 * transaction COPY may write frozen rows (FREEZE), and where wal_level is minimal it writes no log.
 *
 * The table has no triggers meanwhile: the rows hold what they would have derived. They are
 * dropped and made again in the same transaction, so that no crash can leave them off. Disabling
 * them would not do: COPY sees a disabled row trigger all the same, and then inserts row by row,
 * at half the speed and without marking the pages all-visible.
 */
export async function copyTable(
  client: pg.Client,
  name: TableName,
  copy: (target: string) => Promise<void>,
): Promise<void> {
  const table = `public.${quote(name)}`;
  const { rows: triggers } = await client.query<Trigger>(
    readSql(new URL('./sql/triggers.sql', import.meta.url)),
    [name],
  );
  for (const trigger of triggers) {
    await client.query(`drop trigger ${quote(trigger.name)} on ${table}`);
  }
  await client.query(`truncate ${table}`);
  await copy(table);
  for (const trigger of triggers) await createTrigger(client, table, trigger);
}

interface Trigger {
  readonly name: string;
  /** As in pg_trigger.tgenabled. */
  readonly state: 'O' | 'R' | 'A' | 'D';
  readonly definition: string;
  readonly comment: string | null;
}

const statesInWords = {
  O: 'enable',
  R: 'enable replica',
  A: 'enable always',
  D: 'disable',
} as const;

async function createTrigger(client: pg.Client, table: string, trigger: Trigger): Promise<void> {
  const name = quote(trigger.name);
  await client.query(trigger.definition);
  if (trigger.state !== 'O') {
    await client.query(`alter table ${table} ${statesInWords[trigger.state]} trigger ${name}`);
  }
  if (trigger.comment !== null) {
    await client.query(`comment on trigger ${name} on ${table} is ${literal(trigger.comment)}`);
  }
}
