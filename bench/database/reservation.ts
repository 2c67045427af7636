import type { Socket } from 'node:net';
import type pg from 'pg';
import { onInterrupt, unlessInterrupted } from '../../db/cli/command.ts';
import { UserError } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { connect } from '../../db/connection/connect.ts';
import { lockDatabase } from '../../db/connection/database-lock.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { inTransaction } from '../../db/connection/transaction.ts';
import {
  hasty,
  LockHeldError,
  type Patience,
  waitForLock,
} from '../../db/connection/wait-for-lock.ts';
import { applyDesign, currentDesign, type Design, designOf } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { dbmateApplication } from '../../db/schema/dbmate.ts';
import { idBoundary } from '../../db/schema/id-boundary.ts';
import { requireSchema } from '../../db/schema/migrate.ts';
import { withoutForeignKeys } from '../../db/schema/remove-rows.ts';
import { readSql } from '../../db/sql.ts';
import { atPlace } from '../../db/topologies/citus/cluster.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus, type Topology, topologyOf } from '../../db/topologies/topology.ts';
import { putBackAlways, whoMadeAlways } from './always-triggers.ts';
import { dropTwins } from './twin-schemas.ts';

/** What every message of a bench has as its body: as long as the data set's average, and told apart by it. */
export const benchBody = 'opt-out bench: a text of about the length that others have';

/** Any bench's sessions carry this name. */
export const benchApplication = 'optout-lab bench';
/** … and those that go through a pooler this one, which the pooler's own sessions keep. */
export const pooledApplication = `${benchApplication}, pooled`;

const busy = 'a bench, a load or a seed is at work in this database: wait for it, or end it';

/** Tables that a bench inserts into or that a check reads. */
const measuredTables = ['outbound_messages', 'delivery_reports', 'opt_outs', 'blocked_contacts'];

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));
const removeReportsSql = (topology: Topology): string =>
  topology === citus ? citusSql('remove_reports') : sql('remove_reports');
const removeMessagesSql = sql('remove_messages');
const madePhonesSql = sql('made_phones');

/** Where a worker listens. */
interface Place {
  readonly host: string;
  readonly port: number;
}

/** One bench on one database: nobody else's, and nothing of it stays. */
export interface BenchReservation {
  /** For switching, removing and looking; never for what is measured. */
  readonly admin: pg.Client;
  readonly topology: Topology;
  /** Every row that this bench makes has an id at or above it. */
  readonly boundary: string;
  /**
   * A session as an application has it, closed with the bench; `before` acts as whoever logged in,
   * `socket` is what it goes through: see connect().
   */
  openClient(
    design: Design,
    before?: (client: pg.Client) => Promise<void>,
    socket?: Socket,
  ): Promise<pg.Client>;
  /** A session at a worker of the cluster, always the same, closed with the bench. */
  openWorker(): Promise<pg.Client>;
  /** Does in the admin session what needs a lock on what others use; see waitForLock. */
  change<T>(work: (admin: pg.Client) => Promise<T>): Promise<T>;
  /** Lets the triggers of the messages that were made to fire always fire as before. */
  putBackTriggers(): Promise<void>;
  /** Removes the messages and reports made so far, and what was derived for the given phones. */
  removeMade(design: Design, phones: readonly string[]): Promise<void>;
  /**
   * Removes everything, puts back the design and the settings, lets the next bench in. Told of a wait
   * for a lock that was in vain, it does not wait as long again: the next bench takes back what is left.
   */
  close(failure?: unknown): Promise<void>;
}

/**
 * Takes the database for one bench, after clearing up what a killed one left.
 *
 * @throws UserError where another bench is running on the database.
 */
export async function reserveForBench(
  lab: Pick<Lab, 'url' | 'connect'>,
): Promise<BenchReservation> {
  const admin = await lab.connect(benchApplication);
  const opened: pg.Client[] = [];
  try {
    await lockDatabase(admin, 'bench', busy);
    await requireSchema(admin);
    const topology = await topologyOf(admin);
    if (topology === citus) await admin.query(citusSql('load_session'));
    await admin.query(sql('bench_reservation'));
    await recover(lab.url, admin);
    const boundary = await idBoundary(admin);
    const design = await currentDesign(admin);
    if (await loadLeftCheckOff(admin)) {
      await waitForLock(lab.url, admin, () => admin.query(design.checkOnSql));
    }
    const record = [process.pid, boundary, design.name, await tablesWithAutovacuumSetting(admin)];
    const takeNotes = (): Promise<void> =>
      inTransaction(admin, async () => {
        await admin.query(
          `insert into optout_lab.bench_reservation
             (process_id, boundary, design, tables_without_autovacuum, threshold)
           values ($1, $2, $3, $4, public.opt_out_block_threshold())`,
          record,
        );
        for (const table of measuredTables) {
          await admin.query(`alter table public.${table} set (autovacuum_enabled = off)`);
        }
      });
    await waitForLock(lab.url, admin, takeNotes);
    const forgetInterrupt = onInterrupt(() => clearUpAfterInterrupt(lab));
    return {
      admin,
      topology,
      boundary,
      change: (work) => waitForLock(lab.url, admin, () => work(admin)),
      async openClient(design, before, socket) {
        const client =
          socket === undefined
            ? await lab.connect(benchApplication)
            : await connect(lab.url, benchApplication, socket);
        opened.push(client);
        await before?.(client);
        if (design.sessionSql !== undefined) await client.query(design.sessionSql);
        return client;
      },
      async openWorker() {
        const [worker] = (await admin.query<Place>(citusSql('first_worker'))).rows;
        if (worker === undefined) throw new UserError('the cluster has no worker with shards');
        const { host, port } = worker;
        const client = await connect(atPlace(lab.url, host, port), benchApplication);
        opened.push(client);
        return client;
      },
      putBackTriggers: () => waitForLock(lab.url, admin, () => putBackTriggers(admin)),
      removeMade: (made, phones) => removeMade(lab.url, admin, boundary, made, phones),
      async close(failure) {
        await unlessInterrupted(); // whoever closes must not stop the server under the clearing up
        await closing(async (defer) => {
          defer(() => admin.end());
          defer(forgetInterrupt);
          defer(() =>
            recover(lab.url, admin, failure instanceof LockHeldError ? hasty : undefined),
          );
          for (const client of opened) defer(() => client.end().catch(() => {}));
        });
      },
    };
  } catch (error) {
    await admin.end().catch(() => {});
    throw error;
  }
}

/** Takes back what the record says, if there is one, and removes the record; and what a mapping's bench left. */
async function recover(url: string, admin: pg.Client, patience?: Patience): Promise<void> {
  if ((await whoMadeAlways(admin)) !== undefined) {
    await waitForLock(url, admin, () => putBackAlways(admin), { patience });
  }
  const { rows } = await admin.query<{
    process_id: number;
    boundary: string;
    design: string;
    tables_without_autovacuum: string[];
    threshold: number | null;
  }>(sql('read_bench_reservation'));
  const record = rows[0];
  if (record === undefined) return;
  if (record.process_id !== process.pid) {
    process.stderr.write('clearing up after a bench that was killed\n');
  }
  const design = await currentDesign(admin);
  const change = (work: () => Promise<unknown>): Promise<unknown> =>
    waitForLock(url, admin, work, { patience });
  await admin.query('drop schema if exists optout_lab_scaling cascade');
  await change(() => dropTwins(admin));
  await change(() => putBackTriggers(admin));
  await change(() => admin.query(design.checkOnSql));
  const phones = await admin.query<{ phone: string }>(madePhonesSql, [record.boundary, benchBody]);
  await removeMade(
    url,
    admin,
    record.boundary,
    design,
    phones.rows.map((row) => row.phone),
    patience,
  );
  await applyDesign(url, admin, { name: record.design }, 0, patience);
  await change(() => admin.query(sql('restore_threshold'), [record.threshold]));
  const takeBackNotes = (): Promise<void> =>
    inTransaction(admin, async () => {
      for (const table of measuredTables) {
        if (record.tables_without_autovacuum.includes(table)) continue;
        await admin.query(`alter table public.${table} reset (autovacuum_enabled)`);
      }
      await admin.query('delete from optout_lab.bench_reservation');
    });
  await change(takeBackNotes);
}

async function putBackTriggers(admin: pg.Client): Promise<void> {
  await inTransaction(admin, async () => {
    const { rows } = await admin.query<{ trigger: string }>(sql('triggers_made_always'));
    for (const { trigger } of rows) {
      await admin.query(
        `alter table public.outbound_messages enable trigger ${admin.escapeIdentifier(trigger)}`,
      );
    }
    await admin.query("update optout_lab.bench_reservation set triggers_made_always = '{}'");
  });
}

/** A load can run with the check off; one that was killed has left it so. */
async function loadLeftCheckOff(admin: pg.Client): Promise<boolean> {
  const known = await admin.query<{ known: boolean }>(
    `select to_regclass('optout_lab.load_reservation') is not null as known`,
  );
  if (!onlyRow(known).known) return false;
  const { rows } = await admin.query<{ off: boolean }>(sql('load_left_check_off'));
  return rows[0]?.off === true;
}

async function removeMade(
  url: string,
  admin: pg.Client,
  boundary: string,
  design: Design,
  phones: readonly string[],
  patience?: Patience,
): Promise<void> {
  const change = (work: () => Promise<unknown>): Promise<unknown> =>
    waitForLock(url, admin, work, { patience });
  const topology = await topologyOf(admin);
  const { forgetSql } = designOf(topology, design);
  if (phones.length > 0) await change(() => admin.query(forgetSql, [phones]));
  await change(() =>
    withoutForeignKeys(admin, async (areSkipped) => {
      await admin.query(removeReportsSql(topology), [boundary, benchBody]);
      // on a cluster the foreign key holds the number as well, and is found by it
      const needsIndex = !areSkipped && topology !== citus && (await madeMany(admin, boundary));
      if (needsIndex) await admin.query(sql('index_reports'));
      await admin.query(removeMessagesSql, [boundary, benchBody]);
      if (needsIndex) await admin.query('drop index public.optout_lab_reports_of_message');
    }),
  );
}

/** Ends the bench's sessions, whatever they are doing, and clears up in a fresh one. */
async function clearUpAfterInterrupt(lab: Pick<Lab, 'url' | 'connect'>): Promise<void> {
  const fresh = await lab.connect(benchApplication);
  try {
    await fresh.query(sql('end_sessions'), [
      [benchApplication, dbmateApplication],
      pooledApplication,
    ]);
    await lockDatabase(fresh, 'bench', busy);
    await recover(lab.url, fresh);
  } finally {
    await fresh.end().catch(() => {});
  }
}

async function tablesWithAutovacuumSetting(admin: pg.Client): Promise<readonly string[]> {
  const { rows } = await admin.query<{ relname: string }>(
    `select relname from pg_class
     where relnamespace = 'public'::regnamespace
       and relname = any ($1)
       and array_to_string(reloptions, ',') like '%autovacuum_enabled%'`,
    [measuredTables],
  );
  return rows.map((row) => row.relname);
}

/** From so many messages on, an index for the foreign key's sake takes less time than reading all reports for each. */
const manyMessages = 20;

async function madeMany(admin: pg.Client, boundary: string): Promise<boolean> {
  const { rowCount } = await admin.query(
    'select from public.outbound_messages where id >= $1 and body = $2 limit $3',
    [boundary, benchBody, manyMessages],
  );
  return rowCount === manyMessages;
}
