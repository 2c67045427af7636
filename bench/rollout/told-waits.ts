import type pg from 'pg';
import { codeOf } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { insufficientPrivilege } from '../../db/sqlstates.ts';
import type { ToldWait } from './results.ts';

/** A wait for a lock is told of when it has lasted so long, and its length when it ends. */
export const toldFromMs = 50;

/**
 * Has the server tell every later session of this database of its own waits for locks (log_lock_waits), as notices
 * to those that hear: whoever rehearses need not read the server's log.
 *
 * @returns whether this role may ask for it
 */
export async function askToTellWaits(owner: pg.Client): Promise<boolean> {
  const { name } = onlyRow(
    await owner.query<{ name: string }>('select quote_ident(current_database()) as name'),
  );
  try {
    await owner.query(`alter database ${name} set log_lock_waits = on`);
    await owner.query(`alter database ${name} set deadlock_timeout = ${toldFromMs}`);
    return true;
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    return false;
  }
}

/** Collects what sessions are told. */
export interface ToldWaits {
  /** Lets a session hear of its own. */
  hear(client: pg.Client): Promise<void>;
  /** The waits that ended since the last call, the longest first. */
  take(): readonly ToldWait[];
}

export function hearWaits(): ToldWaits {
  let heard: ToldWait[] = [];
  return {
    hear: async (client) => {
      await client.query('set client_min_messages = log');
      client.on('notice', ({ message }) => {
        const wait = toldWait(message ?? '');
        if (wait !== undefined) heard.push(wait);
      });
    },
    take: () => {
      const waits = heard.sort((a, b) => b.waitedMs - a.waitedMs);
      heard = [];
      return waits;
    },
  };
}

/** The wait whose end a notice tells, as proc.c of PostgreSQL writes it; undefined for any other notice. */
export function toldWait(message: string): ToldWait | undefined {
  const [, mode, what, waited] =
    /^process \d+ acquired (\w+) on (.+) after ([\d.]+) ms$/.exec(message) ?? [];
  if (mode === undefined || what === undefined) return undefined;
  return { what, mode, waitedMs: Number(waited) };
}

/** The same with a table's name where the server gives its number. */
export async function withTableName(client: pg.Client, wait: ToldWait): Promise<ToldWait> {
  const oid = /^relation (\d+) of database \d+$/.exec(wait.what)?.[1];
  if (oid === undefined) return wait;
  const { name } = onlyRow(
    await client.query<{ name: string }>('select $1::oid::regclass::text as name', [oid]),
  );
  return { ...wait, what: name };
}
