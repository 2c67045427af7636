import type pg from 'pg';
import { holdersFor, identityOf, nameOf, waiterOf } from './lock-holders.ts';

/** How long a query of the lab's may last before it is looked at why. */
const patienceMs = 3_000;

/** What was told already, in any session of this process. */
const told = new Set<string>();

/** The server processes of this process's own sessions, which may wait for each other. */
const ours = new Set<number>();

/**
 * Tells who holds the lock that a session of the lab waits for: a plain read has no lock_timeout, and
 * would wait in silence. A query that just lasts is looked at every few seconds, and nothing is told.
 *
 * @param another opens a session for that look
 */
export function tellWhoHolds(
  client: pg.Client,
  another: () => Promise<pg.Client>,
  say: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): void {
  let askedMs: number | undefined;
  let looking = false;
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  client.query = ((...given: unknown[]) => {
    askedMs = performance.now();
    return query(...given);
  }) as pg.Client['query'];
  client.on('drain', () => {
    askedMs = undefined; // all was answered
  });
  const timer = setInterval(() => {
    if (looking || askedMs === undefined || performance.now() - askedMs < patienceMs) return;
    looking = true;
    tellOnce(client, another, say)
      .catch(() => {}) // without that look, nobody is named
      .finally(() => {
        looking = false;
      });
  }, patienceMs);
  timer.unref(); // a command that is done ends
  const { pid } = waiterOf(client);
  if (pid !== undefined) ours.add(pid);
  client.on('end', () => {
    clearInterval(timer);
    if (pid !== undefined) ours.delete(pid);
  });
}

async function tellOnce(
  client: pg.Client,
  another: () => Promise<pg.Client>,
  say: (line: string) => void,
): Promise<void> {
  const look = await another();
  try {
    const found = await holdersFor(look, waiterOf(client));
    const holders = found.filter(({ pid }) => pid === null || !ours.has(pid));
    const [first] = holders;
    if (first === undefined) return;
    const which = `${identityOf(first)} ${first.since}`; // its next transaction is another reason
    if (told.has(which)) return;
    told.add(which);
    say(`waiting for a lock that is held by ${nameOf(holders)}`);
  } finally {
    await look.end();
  }
}
