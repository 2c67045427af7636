import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { endWithClient, lockDatabase } from '../../db/database-lock.ts';
import type { Lab } from '../../db/lab.ts';
import { onlyRow } from '../../db/only-row.ts';
import { readSql } from '../../db/sql.ts';
import type { LoadConnection } from './stages.ts';

const sessionName = 'optout-lab seed';

/** The session that holds the lock and steers the others; nothing long runs on it. */
export function openControl(lab: Lab): Promise<pg.Client> {
  return lab.connect(sessionName);
}

/** A session that may use so much memory for an index, and that notices within a second when this process is gone. */
export async function openLoadConnection(lab: Lab, memoryBytes: number): Promise<LoadConnection> {
  const client = await lab.connect(sessionName);
  const kilobytes = Math.floor(memoryBytes / 1024);
  await client.query(`set maintenance_work_mem = '${kilobytes}kB'`);
  await client.query('set statement_timeout = 0');
  await endWithClient(client);
  return { client, pid: await pidOf(client) };
}

/** The server's process id of a session. */
async function pidOf(client: pg.Client): Promise<number> {
  return onlyRow(await client.query<{ pid: number }>('select pg_backend_pid() as pid')).pid;
}

/** Makes this seed the only one in the database, and ends what sessions a killed one may have left at work. */
export async function takeDatabase(control: pg.Client): Promise<void> {
  await lockDatabase(
    control,
    'seed',
    'another seed is at work in this database, or a load: wait for it, or end it',
  );
  // one that is in the middle of a commit finishes it: what is done is known when all are gone
  while ((await endSessions(control)) > 0) await delay(50);
}

/** Tells the seed's sessions in this database to end, but this one; returns how many there were. */
export async function endSessions(control: pg.Client): Promise<number> {
  const { rows } = await control.query(readSql(new URL('./sql/orphans.sql', import.meta.url)), [
    sessionName,
  ]);
  return rows.length;
}

/** Lets whoever needs the one session wait for whoever has it: pg takes one query at a time. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** Work that is done in the order in which it was asked for, whether or not what was before it failed. */
export function takeTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => {});
    return next;
  };
}
