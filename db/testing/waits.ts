import { strict as assert } from 'node:assert';
import type pg from 'pg';

/**
 * Resolves once a session waits for another one's lock: what comes next is then sure to come after.
 *
 * @param owner  a session that is not busy, to ask with
 * @param client the session that should wait
 * @param work   what it is doing
 * @throws an AssertionError where its work ends without having waited
 */
export async function waits(
  owner: pg.Client,
  client: pg.Client,
  work: Promise<unknown>,
): Promise<void> {
  const pid = (client as pg.Client & { processID: number }).processID;
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
  };
  work.then(end, end);
  for (;;) {
    assert.equal(hasEnded, false, 'it waited for nobody');
    const { rows } = await owner.query<{ waits: boolean }>(
      'select cardinality(pg_blocking_pids($1)) > 0 as waits',
      [pid],
    );
    if (rows[0]?.waits === true) return;
  }
}
