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
  await untilBlocked(owner, client, work, (blockers) => blockers.length > 0);
}

/** The same, once it waits for the session that is named. */
export async function waitsFor(
  owner: pg.Client,
  client: pg.Client,
  blocker: pg.Client,
  work: Promise<unknown>,
): Promise<void> {
  await untilBlocked(owner, client, work, (blockers) => blockers.includes(pidOf(blocker)));
}

/** Who waits for somebody else would be looked at for ever. */
const mostMs = 120_000;

async function untilBlocked(
  owner: pg.Client,
  client: pg.Client,
  work: Promise<unknown>,
  isIt: (blockers: readonly number[]) => boolean,
): Promise<void> {
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
  };
  work.then(end, end);
  const untilMs = Date.now() + mostMs;
  for (;;) {
    assert.equal(hasEnded, false, 'it did not wait');
    const { rows } = await owner.query<{ blockers: readonly number[] }>(
      'select pg_blocking_pids($1) as blockers',
      [pidOf(client)],
    );
    const blockers = rows[0]?.blockers ?? [];
    if (isIt(blockers)) return;
    assert.ok(Date.now() < untilMs, `it waits for ${blockers.join(', ') || 'nobody'}`);
  }
}

function pidOf(client: pg.Client): number {
  return (client as pg.Client & { processID: number }).processID;
}
