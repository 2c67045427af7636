import type pg from 'pg';
import { inTransaction } from '../../db/connection/transaction.ts';
import { waitForLock } from '../../db/connection/wait-for-lock.ts';
import { seedApplication } from './connections.ts';
import { quote } from './definitions.ts';

/** The weakest lock that a stage's statements can do with. */
export type LockMode =
  | 'share update exclusive'
  | 'share'
  | 'share row exclusive'
  | 'access exclusive';

/** A session, and how to look at who keeps it waiting. */
export interface TableUser {
  readonly client: pg.Client;
  readonly url: string;
}

/**
 * A transaction that has its tables before it works on them: what takes minutes is not begun while
 * somebody holds one, and nobody waits long behind it. For other sessions of the seed it waits as long
 * as they work.
 */
export async function withTables(
  { client, url }: TableUser,
  tables: readonly string[],
  mode: LockMode,
  work: () => Promise<void>,
): Promise<void> {
  const transaction = (): Promise<void> =>
    inTransaction(client, async () => {
      for (const table of tables) {
        await client.query(`lock table public.${quote(table)} in ${mode} mode`);
      }
      await client.query('set local lock_timeout = 0');
      await work();
    });
  await waitForLock(url, client, transaction, { own: seedApplication });
}
