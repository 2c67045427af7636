import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { onInterrupt, wasInterrupted } from '../cli/command.ts';
import { codeOf, UserError } from '../cli/errors.ts';
import { lockNotAvailable } from '../sqlstates.ts';
import { connect } from './connect.ts';
import {
  type Holder,
  holdersFor,
  identityOf,
  nameOf,
  type Waiter,
  waiterOf,
} from './lock-holders.ts';

/** Somebody holds a lock that was waited for in vain; nothing was done. */
export class LockHeldError extends UserError {}

/** How a lock is waited for. Whoever comes later waits behind a try, and goes on in the pause after it. */
export interface Patience {
  readonly tryMs: number;
  readonly pauseMs: number;
  readonly tries: number;
}

/** Some twenty seconds. */
export const patient: Patience = { tryMs: 400, pauseMs: 600, tries: 20 };

/** For clearing up after a wait that was in vain: the next command clears up what stays. */
export const hasty: Patience = { ...patient, tries: 1 };

/** How a wait for a lock differs from the usual one. */
export interface WaitOptions {
  readonly patience?: Patience | undefined;
  /** An application whose sessions are the command's own: they end by themselves, and are waited for. */
  readonly own?: string;
  readonly say?: (line: string) => void;
}

/**
 * Changes what others use: does `work` in a session, with a short lock_timeout, and again where somebody
 * else holds a lock. `work` is undone as a whole where it fails: one statement, or one transaction.
 *
 * @throws LockHeldError that names the holder when all tries were in vain, or Ctrl-C came
 */
export async function waitForLock<T>(
  url: string,
  client: pg.Client,
  work: () => Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  const attempt = async (tryMs: number): Promise<T> => {
    await client.query(`set lock_timeout = ${tryMs}`);
    try {
      return await work();
    } finally {
      // as connect() made it: RESET would bring the database's own; a session that broke has none
      await client.query('set lock_timeout = 0').catch(() => {});
    }
  };
  return untilFree({ url, ...waiterOf(client) }, attempt, options);
}

/** The session that waits, and where. */
interface WaiterAt extends Waiter {
  readonly url: string;
}

/**
 * The same for a session that is not ours: `attempt` gives it the lock_timeout that it is told, and fails
 * with SQLSTATE 55P03.
 */
export async function untilFree<T>(
  waiter: WaiterAt,
  attempt: (tryMs: number) => Promise<T>,
  options: WaitOptions = {},
): Promise<T> {
  const { patience = patient, own, say = toStandardError } = options;
  const watch = new HolderWatch(waiter);
  let { tryMs } = patience;
  let said = '';
  try {
    for (let tries = 1; ; tries++) {
      // The first try is not watched: as a rule nobody holds anything, and a look costs a session.
      const onlyTry = patience.tries === 1 || wasInterrupted();
      const work = (): Promise<T> => attempt(tryMs);
      try {
        return await (tries > 1 || onlyTry ? watch.during(work) : work());
      } catch (error) {
        if (codeOf(error) !== lockNotAvailable) throw error;
      }
      const { holders } = watch;
      const who = nameOf(holders);
      if (wasInterrupted()) throw new LockHeldError(`a lock is held by ${who}`);
      const ours = holders.length > 0 && holders.every(({ application }) => application === own);
      if (ours) tries--;
      else if (tries >= patience.tries) {
        throw new LockHeldError(
          `gave up after ${tries} tries to get a lock that is held by ${who}: ${advice(holders[0])}`,
        );
      } else if (holders[0] !== undefined && identityOf(holders[0]) !== said) {
        say(`waiting for a lock that is held by ${who}; trying again, others go on meanwhile`);
        said = identityOf(holders[0]);
      }
      // Autovacuum gives way, but only to whoever has waited as long as the server's deadlock_timeout.
      const yielding = holders.find(({ kind }) => kind === 'autovacuum worker');
      tryMs = patience.tryMs + (yielding?.deadlockMs ?? 0);
      await pause(patience.pauseMs);
      if (wasInterrupted()) throw new LockHeldError(`a lock is held by ${who}`);
    }
  } finally {
    await watch.close();
  }
}

/** Between two looks: several fall into a try. */
const lookEveryMs = 100;

/** Looks, from a session of its own, at who keeps another session waiting. */
class HolderWatch {
  /** Those that were last seen. */
  holders: readonly Holder[] = [];
  readonly #waiter: WaiterAt;
  #client: pg.Client | undefined;

  constructor(waiter: WaiterAt) {
    this.#waiter = waiter;
  }

  /** Looks again and again while something goes on. */
  async during<T>(going: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    this.holders = [];
    await this.#open().catch(() => {}); // before the try, which is short
    const looking = this.#look(over.signal).catch(() => {}); // without it, nobody is named
    try {
      return await going();
    } finally {
      over.abort();
      await looking;
    }
  }

  async #look(over: AbortSignal): Promise<void> {
    const client = await this.#open();
    while (!over.aborted) {
      const found = await holdersFor(client, this.#waiter);
      // one that was there in an earlier look, and is no more, was not what the whole try waited for
      if (found.length > 0) this.holders = found;
      await delay(lookEveryMs, undefined, { signal: over }).catch(() => {});
    }
  }

  async #open(): Promise<pg.Client> {
    this.#client ??= await connect(this.#waiter.url, 'optout-lab lock watch');
    return this.#client;
  }

  async close(): Promise<void> {
    await this.#client?.end().catch(() => {});
  }
}

function advice(holder: Holder | undefined): string {
  const again = 'and run the same command again';
  if (holder === undefined) return `let it end, ${again}`;
  if (holder.gid !== null) {
    const gid = holder.gid.replaceAll("'", "''");
    return `commit prepared or rollback prepared '${gid}', ${again}`;
  }
  return `let it end, or end it by select pg_terminate_backend(${holder.pid}), ${again}`;
}

/** A pause that Ctrl-C ends at once. */
async function pause(ms: number): Promise<void> {
  const ended = new AbortController();
  const forget = onInterrupt(async () => ended.abort());
  await delay(ms, undefined, { signal: ended.signal }).catch(() => {});
  forget();
}

function toStandardError(line: string): void {
  process.stderr.write(`${line}\n`);
}
