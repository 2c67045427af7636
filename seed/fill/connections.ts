import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import { backendPid } from '../../db/connection/backend-pid.ts';
import { endWithClient, lockDatabase } from '../../db/connection/database-lock.ts';
import type { Lab } from '../../db/lab.ts';
import { requireSchema } from '../../db/schema/migrate.ts';
import { readSql } from '../../db/sql.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus } from '../../db/topologies/topology.ts';
import type { LoadConnection } from './stages.ts';

/** What all sessions of a seed are called in the server. */
export const seedApplication = 'optout-lab seed';

/** A seed that waits for another one has another name: it is not one of those that a killed seed left. */
const waitingApplication = 'optout-lab waiting seed';

/** The session that holds the lock and steers the others; nothing long runs on it. */
export function openControl(lab: Lab): Promise<pg.Client> {
  return openSession(lab, waitingApplication);
}

async function openSession(lab: Lab, application: string): Promise<pg.Client> {
  const client = await lab.connect(application);
  if (lab.topology === citus) await client.query(citusSql('load_session'));
  return client;
}

/** A session that may use so much memory for an index, and that notices within a second when this process is gone. */
export async function openLoadConnection(lab: Lab, memoryBytes: number): Promise<LoadConnection> {
  const client = await openSession(lab, seedApplication);
  try {
    const kilobytes = Math.floor(memoryBytes / 1024);
    await client.query(`set maintenance_work_mem = '${kilobytes}kB'`);
    await client.query('set statement_timeout = 0');
    await endWithClient(client);
    return { client, pid: await backendPid(client), url: lab.url };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

/** How long a commit may take: it may wait for a slow disk, or for a standby. */
const commitMs = 60_000;

/** Makes this seed the only one in the database, and ends what sessions a killed one may have left at work. */
export async function takeDatabase(control: pg.Client): Promise<void> {
  await lockDatabase(
    control,
    'seed',
    'another seed is at work in this database, or a load: wait for it, or end it',
  );
  await control.query(`select set_config('application_name', $1, false)`, [seedApplication]);
  await requireSchema(control);
  // one that is in the middle of a commit finishes it: what is done is known when all are gone
  const deadlineMs = performance.now() + commitMs;
  for (let left = await endSessions(control); left > 0; left = await endSessions(control)) {
    if (performance.now() > deadlineMs) {
      throw new UserError(
        `${left} sessions of a seed that was killed do not end within ${commitMs / 1_000} s: ` +
          `look at pg_stat_activity for application_name '${seedApplication}', and end them`,
      );
    }
    await delay(50);
  }
}

/** Tells the seed's sessions in this database to end, but this one; returns how many there were. */
export async function endSessions(control: pg.Client): Promise<number> {
  const { rows } = await control.query(readSql(new URL('./sql/orphans.sql', import.meta.url)), [
    seedApplication,
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
