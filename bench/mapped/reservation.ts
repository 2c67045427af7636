import type pg from 'pg';
import { onInterrupt, unlessInterrupted } from '../../db/cli/command.ts';
import { closing } from '../../db/connection/closing.ts';
import { lockDatabase } from '../../db/connection/database-lock.ts';
import { hasty, LockHeldError, waitForLock } from '../../db/connection/wait-for-lock.ts';
import type { Lab } from '../../db/lab.ts';
import { readSql } from '../../db/sql.ts';
import { putBackAlways, whoMadeAlways } from '../database/always-triggers.ts';
import type { PairReservation } from '../paired/places.ts';

/** What the sessions of a mapping's bench are called in pg_stat_activity. */
export const mappingApplication = 'optout-lab mapping';

const busy = 'a bench, a load or a seed is at work in this database: wait for it, or end it';

const endSessionsSql = readSql(new URL('../database/sql/end_sessions.sql', import.meta.url));

/** One bench in a database that may be anybody's: no row of it is ever committed. */
export interface MappingReservation extends PairReservation {
  /** A session as an application has it, whatever the design; closed with the bench. */
  openClient(): Promise<pg.Client>;
  /** Does in the admin session what needs a lock on what others use; see waitForLock. */
  change<T>(work: (admin: pg.Client) => Promise<T>): Promise<T>;
  /** Puts the triggers back, and lets the next bench in. */
  close(failure?: unknown): Promise<void>;
}

/**
 * Takes the database for one bench, after putting back what a killed one left.
 *
 * @throws UserError where another bench is at work in the database
 */
export async function reserveForMapping(
  lab: Pick<Lab, 'url' | 'connect' | 'topology'>,
): Promise<MappingReservation> {
  const admin = await lab.connect(mappingApplication);
  const opened: pg.Client[] = [];
  try {
    await lockDatabase(admin, 'bench', busy);
    await putBack(lab, admin);
    const forgetInterrupt = onInterrupt(() => putBackAfterInterrupt(lab));
    return {
      admin,
      topology: lab.topology,
      change: (work) => waitForLock(lab.url, admin, () => work(admin)),
      async openClient() {
        const client = await lab.connect(mappingApplication);
        opened.push(client);
        await client.query('reset search_path'); // the tables' own triggers may rely on the database's
        return client;
      },
      openWorker: () => {
        throw new Error('a mapping has no scenario at a worker');
      },
      removeMade: async () => {}, // every statement was rolled back as soon as it had run
      async close(failure) {
        await unlessInterrupted(); // whoever closes must not stop the server under the clearing up
        await closing(async (defer) => {
          defer(() => admin.end());
          defer(forgetInterrupt);
          defer(() => putBack(lab, admin, failure));
          for (const client of opened) defer(() => client.end().catch(() => {}));
        });
      },
    };
  } catch (error) {
    await admin.end().catch(() => {});
    throw error;
  }
}

/** Told of a wait for a lock that was in vain, it does not wait as long again. */
async function putBack(
  { url }: Pick<Lab, 'url'>,
  admin: pg.Client,
  failure?: unknown,
): Promise<void> {
  const maker = await whoMadeAlways(admin);
  if (maker === undefined) return;
  if (maker !== process.pid) {
    process.stderr.write('clearing up after a bench that was killed\n');
  }
  const patience = failure instanceof LockHeldError ? hasty : undefined;
  await waitForLock(url, admin, () => putBackAlways(admin), { patience });
}

/** Ends the bench's sessions, whatever they are doing, and puts back in a fresh one. */
async function putBackAfterInterrupt(lab: Pick<Lab, 'url' | 'connect'>): Promise<void> {
  const fresh = await lab.connect(mappingApplication);
  try {
    await fresh.query(endSessionsSql, [[mappingApplication], null]);
    await lockDatabase(fresh, 'bench', busy);
    await putBack(lab, fresh);
  } finally {
    await fresh.end().catch(() => {});
  }
}
