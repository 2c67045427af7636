import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { readSql } from '../../db/sql.ts';

const waitsSql = readSql(new URL('./sql/waits.sql', import.meta.url));

/** One session that waited for a lock. */
export interface LockWait {
  /** The name of the session that waited. */
  readonly application: string;
  /** The table, or the kind of thing, whose lock it wanted, and in which mode. */
  readonly what: string;
  readonly mode: string;
  /** As long as it was last seen to wait. */
  readonly waitedMs: number;
  /** Who held it: name and statement. */
  readonly heldBy: string | null;
}

/** Between two looks. A wait that is shorter may be missed; one that is seen is told at least as long as it was last seen. */
const lookEveryMs = 20;

/** Looks who waits for a lock, again and again. */
export interface LockWatch {
  /** The longest waits since the last call, one for each session's wait, the longest first. */
  take(): readonly LockWait[];
  stop(): Promise<void>;
}

/**
 * Starts to look.
 *
 * @param client a session of its own, which is not ended
 */
export function watchLocks(client: pg.Client): LockWatch {
  let stopped = false;
  let seen = new Map<string, LockWait>();
  const looking = (async () => {
    while (!stopped) {
      const { rows } = await client.query<LockWait & { pid: number; waitedMs: string }>(waitsSql);
      for (const { pid, ...row } of rows) {
        const wait = { ...row, waitedMs: Number(row.waitedMs) };
        const key = `${pid} ${wait.what} ${wait.mode}`;
        const before = seen.get(key);
        if (before === undefined || before.waitedMs < wait.waitedMs) seen.set(key, wait);
      }
      await delay(lookEveryMs);
    }
  })();
  looking.catch(() => {}); // told by stop()
  return {
    take: () => {
      const waits = [...seen.values()].sort((a, b) => b.waitedMs - a.waitedMs);
      seen = new Map();
      return waits;
    },
    stop: async () => {
      stopped = true;
      await looking;
    },
  };
}
