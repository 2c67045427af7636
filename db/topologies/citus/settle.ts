import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { unlessInterrupted } from '../../cli/command.ts';
import { onlyRow } from '../../connection/only-row.ts';
import { citusSql } from './statements.ts';

/** How often it is asked. */
const everyMs = 200;

/** After so many times it is told that there is a wait. */
const toldAfter = 10;

/**
 * Waits until no transaction is half done: one that was acknowledged while a worker died is prepared
 * there, and invisible, until the coordinator says that it was committed. Asks for that at once; Citus
 * itself does so once a minute. Waits for a worker that is away until it is back.
 *
 * @param client at the coordinator
 */
export async function untilSettled(client: pg.Client): Promise<void> {
  const unfinished = citusSql('unfinished_transactions');
  for (let asked = 0; ; asked++) {
    if (asked === toldAfter)
      process.stderr.write('waiting until every worker is back and settled\n');
    await client.query('select pg_catalog.recover_prepared_transactions()');
    const { count } = onlyRow(await client.query<{ count: number }>(unfinished));
    if (count === 0) return;
    await unlessInterrupted();
    await delay(everyMs);
  }
}
