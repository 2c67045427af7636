import type pg from 'pg';
import { closing } from '../../db/connection/closing.ts';
import { lockDatabase } from '../../db/connection/database-lock.ts';
import {
  hasty,
  LockHeldError,
  type Patience,
  waitForLock,
} from '../../db/connection/wait-for-lock.ts';
import { applyDesign, currentDesign, type Design } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { readBlockThreshold } from '../../db/schema/block-threshold.ts';
import { requireSchema } from '../../db/schema/migrate.ts';
import { readSql } from '../../db/sql.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus, topologyOf } from '../../db/topologies/topology.ts';
import { loadApplicationName, untilSessionsAreGone } from './client/connections.ts';
import type { RunMark } from './options/trial-options.ts';
import { removeRun } from './verify/remove-run.ts';

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/** The database taken for loads: nobody else's, and what a killed one left is taken back first. */
export interface LoadReservation {
  /** Puts a design in place, its check on, or off until another design or the end. */
  useDesign(design: Design, check: 'on' | 'off'): Promise<void>;
  /** Changes the threshold, until `restoreThreshold` or the end; it says what it was. */
  changeThreshold(change: (from: number) => number): Promise<{ from: number; to: number }>;
  restoreThreshold(): Promise<void>;
  /** Notes what must be removed if this command is killed. */
  begin(run: RunMark): Promise<void>;
  /** The run was removed, or is meant to stay. */
  finish(): Promise<void>;
  /**
   * Puts back the design that was there, and lets others in. The server may have been restarted meanwhile.
   * Told of a wait for a lock that was in vain, it does not wait as long again: the next load takes back
   * what is left.
   */
  close(failure?: unknown): Promise<void>;
}

/**
 * Takes the database.
 *
 * @throws UserError where a seed, a bench or another load is at work in it.
 */
export async function reserveForLoad(lab: Pick<Lab, 'url' | 'connect'>): Promise<LoadReservation> {
  let client = await lab.connect('optout-lab load control');
  const take = async (): Promise<void> => {
    if ((await topologyOf(client)) === citus) await client.query(citusSql('load_session'));
    await lockDatabase(
      client,
      'seed',
      'a seed is at work in this database: wait for it, or end it',
    );
    await lockDatabase(
      client,
      'bench',
      'a bench or another load is at work in this database: wait for it, or end it',
    );
    await requireSchema(client);
  };
  /** A session that works: a new one where the server was restarted. */
  const alive = async (): Promise<pg.Client> => {
    try {
      await client.query('select');
    } catch {
      client = await lab.connect('optout-lab load control');
      await take();
    }
    return client;
  };
  try {
    await take();
    for (let record = 1; record <= 2; record++) {
      await client.query(sql('load_reservation')); // the second brings an older lab's
      await recover(lab.url, client);
    }
    const design = await currentDesign(client);
    // a bench that was killed may have left it off
    await waitForLock(lab.url, client, () => client.query(design.checkOnSql));
    await client.query(sql('note_design'), [design.name]);
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return {
    async useDesign(design, check) {
      const session = await alive();
      await checkOn(lab.url, session);
      await applyDesign(lab.url, session, design);
      if (check === 'on') return;
      await session.query(sql('note_check'), [true]); // before: a killed load's is put back
      await waitForLock(lab.url, session, () => session.query(design.checkOffSql));
    },
    async changeThreshold(change) {
      const session = await alive();
      const from = await readBlockThreshold(session);
      const to = change(from);
      await session.query(sql('note_threshold'), [from]); // before: a killed load's is put back
      await setThreshold(lab.url, session, to);
      return { from, to };
    },
    async restoreThreshold() {
      await thresholdBack(lab.url, await alive());
    },
    async begin({ runTag, fromUnixMs, ownProfileIds }) {
      await (await alive()).query(sql('note_run'), [runTag, fromUnixMs, ownProfileIds]);
    },
    async finish() {
      await (await alive()).query(sql('note_run'), [null, null, []]);
    },
    async close(failure) {
      await closing(async (defer) => {
        defer(() => client.end().catch(() => {}));
        const patience = failure instanceof LockHeldError ? hasty : undefined;
        await recover(lab.url, await alive(), patience);
      });
    },
  };
}

/** Switches the check of the design in place on again, where this load or a killed one has it off. */
async function checkOn(url: string, client: pg.Client, patience?: Patience): Promise<void> {
  const { rows } = await client.query<LoadReservationRow>(sql('read_load_reservation'));
  if (rows[0]?.check_off !== true) return;
  const design = await currentDesign(client);
  await waitForLock(url, client, () => client.query(design.checkOnSql), { patience });
  await client.query(sql('note_check'), [false]);
}

/** Puts back the threshold that this load or a killed one has changed. */
async function thresholdBack(url: string, client: pg.Client, patience?: Patience): Promise<void> {
  const { rows } = await client.query<LoadReservationRow>(sql('read_load_reservation'));
  const threshold = rows[0]?.threshold ?? null;
  if (threshold === null) return;
  await setThreshold(url, client, threshold, patience);
  await client.query(sql('note_threshold'), [null]);
}

async function setThreshold(
  url: string,
  client: pg.Client,
  threshold: number,
  patience?: Patience,
): Promise<void> {
  const work = () => client.query(sql('set_threshold'), [threshold]);
  await waitForLock(url, client, work, { patience, own: loadApplicationName });
}

interface LoadReservationRow {
  readonly check_off: boolean;
  readonly threshold: number | null;
  readonly design: string;
  readonly run_tag: number | null;
  readonly from_unix_ms: string | null;
  readonly own_profile_ids: readonly string[];
}

/** Takes back what the record says, if there is one, and removes the record. */
async function recover(url: string, client: pg.Client, patience?: Patience): Promise<void> {
  const { rows } = await client.query<LoadReservationRow>(sql('read_load_reservation'));
  const [record] = rows;
  if (record === undefined) return;
  await checkOn(url, client, patience);
  await thresholdBack(url, client, patience);
  if (record.run_tag !== null) {
    process.stderr.write('removing what a load left that did not end\n');
    await untilSessionsAreGone(client);
    const run = {
      runTag: record.run_tag,
      fromUnixMs: Number(record.from_unix_ms),
      ownProfileIds: record.own_profile_ids,
    };
    await removeRun({ url, client }, await currentDesign(client), run, patience);
  }
  await applyDesign(url, client, { name: record.design }, 0, patience);
  await client.query(sql('end_load_reservation'));
}
