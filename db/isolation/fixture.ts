import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { connect } from '../connection/connect.ts';
import { onlyRow } from '../connection/only-row.ts';
import { failureOf, isRefusal } from '../contract.ts';
import type { Design } from '../designs.ts';
import { itemAt } from '../item-at.ts';
import { readSql } from '../sql.ts';
import { insufficientPrivilege } from '../sqlstates.ts';
import { citusSql } from '../topologies/citus/statements.ts';
import { citus, type Topology, topologyOf } from '../topologies/topology.ts';
import { type History, type PhoneProfile, profilesPerPhone, type Step } from './history.ts';

/** Sessions and rows for one history after another, in a scratch database that has the design. */
export interface HistoryFixture {
  /** Whether its design keeps the order of opt-outs. */
  readonly keepsOrder: boolean;
  readonly topology: Topology;
  /** The sessions, as an application has them; the first `count` of them. */
  sessions(count: number): Promise<readonly Session[]>;
  /** Makes the numbers, messages and earlier opt-outs of a history. */
  prepare(history: History): Promise<Cast>;
  /** Whether each number is blocked, asked by a message that is not kept. */
  probe(cast: Cast): Promise<readonly boolean[]>;
  /** The profiles that each number is known to have opted out of, in order where it keeps one; undefined for a design that records none. */
  optOuts(cast: Cast): Promise<readonly (readonly number[])[] | undefined>;
  /**
   * The numbers that have an opt-out whose ordinal says that it blocks, and no block; none under a design that
   * records opt-outs by a function of its own. What is counted may be right all the same: the next report would not block.
   */
  unblockedOrdinals(cast: Cast): Promise<readonly number[]>;
  /** Whether a session waits for another one's lock. */
  isWaiting(session: Session): Promise<boolean>;
  close(): Promise<void>;
}

export interface Session {
  readonly client: pg.Client;
  /** Its process id, which on a cluster tells its node as well. */
  readonly pid: string;
}

/** The rows of one history. */
export interface Cast {
  readonly phones: readonly string[];
  readonly profileIds: readonly string[];
  /** Queries the profiles that the number $1 opted out of, in order where it keeps one; undefined for a design that records none. */
  readonly optOutsSql: string | undefined;
  /** Profiles of a query's rows, as indexes; undefined for a design that records none. */
  profilesOf(rows: readonly { readonly profile_id: string }[]): readonly number[] | undefined;
  readonly topology: Topology;
  messageId(pair: PhoneProfile): string;
  /** The report of that message which was stored without a code. */
  pendingReportId(pair: PhoneProfile): string;
  /** Each session's own message, to a number of its own. */
  spareMessageId(session: number): string;
}

/** The server's deadlock detector waits this long; a second, its default, would be most of a run. */
const deadlockTimeout = '5ms';

const unblockedOrdinalsSql = readSql(new URL('./unblocked-ordinals.sql', import.meta.url));

let histories = 0;

/**
 * Opens a fixture.
 *
 * @param places where the sessions are in turn: nodes of the database's cluster (default: all at `url`)
 */
export async function openHistoryFixture(
  url: string,
  design: Design,
  places: readonly string[] = [url],
): Promise<HistoryFixture> {
  const owner = await connect(url);
  try {
    return await fixtureOf(places, design, owner, await topologyOf(owner));
  } catch (error) {
    await owner.end().catch(() => {});
    throw error;
  }
}

async function fixtureOf(
  places: readonly string[],
  design: Design,
  owner: pg.Client,
  topology: Topology,
): Promise<HistoryFixture> {
  const { rows } = await owner.query<{ id: string }>(
    `insert into public.profiles (name)
     select 'isolation ' || n from generate_series(1, $1) as n returning id`,
    [profilesPerPhone],
  );
  const profileIds = rows.map((row) => row.id);
  const open: Session[] = [];
  if (design.sessionSql !== undefined && design.keeps.includes('opt_outs')) {
    // another role than the owner: what a history does beside sending and reporting is not an application's
    await owner.query('grant select on public.opt_outs to public');
    await owner.query(
      'grant execute on function public.opt_in, public.opt_in_everywhere to public',
    );
  }
  const blocksByOrdinal = topology !== citus && (await recordsBySchema(owner));
  const place = (session: number): string => itemAt(places, session % places.length);
  const prober = await openSession(place(0), design, topology); // as the application: an owner may pass where it may not

  return {
    keepsOrder: design.keepsOrder,
    topology,
    async sessions(count) {
      while (open.length < count) {
        open.push(await openSession(place(open.length), design, topology));
      }
      return open.slice(0, count);
    },
    prepare: (history) => prepare(owner, design, topology, profileIds, history),
    async probe(cast) {
      const blocked: boolean[] = [];
      for (const phone of cast.phones) {
        await prober.client.query('begin');
        try {
          await prober.client.query(
            'insert into outbound_messages (profile_id, to_number, body) values ($1, $2, $3)',
            [cast.profileIds[0], phone, 'probe'],
          );
          blocked.push(false);
        } catch (error) {
          if (!isRefusal(failureOf(error))) throw error;
          blocked.push(true);
        } finally {
          await prober.client.query('rollback');
        }
      }
      return blocked;
    },
    async optOuts(cast) {
      if (cast.optOutsSql === undefined) return undefined;
      const lists: (readonly number[])[] = [];
      for (const phone of cast.phones) {
        const found = await owner.query<{ profile_id: string }>(cast.optOutsSql, [phone]);
        lists.push(cast.profilesOf(found.rows) ?? []);
      }
      return lists;
    },
    async unblockedOrdinals({ phones }) {
      if (!blocksByOrdinal) return [];
      const found = await owner.query<{ phone: string }>(unblockedOrdinalsSql, [phones]);
      return found.rows.map(({ phone }) => phones.indexOf(phone));
    },
    async isWaiting(session) {
      const { rows: waits } = await owner.query<{ waiting: boolean }>(
        topology === citus
          ? citusSql('is_waiting')
          : 'select cardinality(pg_blocking_pids($1)) > 0 as waiting',
        [session.pid],
      );
      return waits[0]?.waiting === true;
    },
    async close() {
      await Promise.all([prober, ...open].map(({ client }) => client.end().catch(() => {})));
      await owner.end();
    },
  };
}

/** Whether reports are recorded by the schema's own function, under ordinals that meet. */
async function recordsBySchema(owner: pg.Client): Promise<boolean> {
  const answer = await owner.query<{ records: boolean }>(
    readSql(new URL('./records-by-schema.sql', import.meta.url)),
  );
  return onlyRow(answer).records;
}

/** The statement that a step is, for the rows of a history. */
export function sqlOf(
  step: Step,
  cast: Cast,
  session: number,
): { text: string; values: unknown[] } {
  const phones = (indexes: readonly number[]): string[] =>
    indexes.map((index) => itemAt(cast.phones, index));
  switch (step.kind) {
    case 'send':
      if (cast.topology === citus) return sendByValues(step, cast, phones(step.phones));
      return {
        text: `insert into outbound_messages (profile_id, to_number, body)
               select $1, phone, 'isolation' from unnest($2::text[]) as phone`,
        values: [step.profile === null ? null : cast.profileIds[step.profile], phones(step.phones)],
      };
    case 'report': {
      const messageIds = step.pairs.map((pair) => cast.messageId(pair));
      if (cast.topology.reportsNameNumber) {
        return reportByValues(messageIds, phones(step.pairs.map(({ phone }) => phone)));
      }
      return {
        text: `insert into delivery_reports (message_id, event_type, error_code)
               select id, 'failed', 21610 from unnest($1::uuid[]) as id`,
        values: [messageIds],
      };
    }
    case 'update':
      return {
        text: 'update delivery_reports set error_code = 21610 where id = any ($1)',
        values: [step.pairs.map((pair) => cast.pendingReportId(pair))],
      };
    case 'noise':
      if (cast.topology.reportsNameNumber) {
        const values = [cast.messageId(step.pair), ...phones([step.pair.phone])];
        return { text: citusSql('noise_reports'), values };
      }
      return {
        text: `insert into delivery_reports (message_id, event_type, error_code)
               values ($1, 'failed', 30007), ($1, 'delivered', 21610), ($1, 'failed', null)`,
        values: [cast.messageId(step.pair)],
      };
    case 'read':
      return cast.optOutsSql === undefined
        ? { text: 'select 1 from outbound_messages limit 1', values: [] } // nothing to read, but a turn of its session
        : { text: cast.optOutsSql, values: [phones([step.phone])[0]] };
    case 'move':
      return {
        text: 'update outbound_messages set to_number = $2 where id = $1',
        values: [cast.spareMessageId(session), phones([step.phone])[0]],
      };
    case 'opt in':
      return step.profile === null
        ? { text: 'select public.opt_in_everywhere($1)', values: phones([step.phone]) }
        : {
            text: 'select public.opt_in($1, $2)',
            values: [...phones([step.phone]), itemAt(cast.profileIds, step.profile)],
          };
  }
}

/*
 * On a cluster rows are named one by one: an INSERT … SELECT that cannot commit at SERIALIZABLE is
 * acknowledged there all the same, and lost (db/topologies/citus/commits.test.ts).
 */

function sendByValues(
  { profile }: Extract<Step, { kind: 'send' }>,
  cast: Cast,
  numbers: readonly string[],
): { text: string; values: unknown[] } {
  const rows = numbers.map((_, row) => `($1, $${row + 2}, 'isolation')`);
  return {
    text: `insert into outbound_messages (profile_id, to_number, body) values ${rows.join(', ')}`,
    values: [profile === null ? null : cast.profileIds[profile], ...numbers],
  };
}

function reportByValues(
  messageIds: readonly string[],
  numbers: readonly string[],
): { text: string; values: unknown[] } {
  const rows = numbers.map((_, row) => `($${2 * row + 1}, $${2 * row + 2}, 'failed', 21610)`);
  return {
    text: `insert into delivery_reports (message_id, to_number, event_type, error_code) values ${rows.join(', ')}`,
    values: messageIds.flatMap((id, row) => [id, numbers[row]]),
  };
}

async function openSession(url: string, design: Design, topology: Topology): Promise<Session> {
  const client = await connect(url);
  try {
    await client.query(`set deadlock_timeout = '${deadlockTimeout}'`).catch((error: unknown) => {
      if (codeOf(error) !== insufficientPrivilege) throw error; // not a superuser: runs are slower, not wrong
    });
    if (design.sessionSql !== undefined) await client.query(design.sessionSql);
    const answer = await client.query<{ pid: string }>(
      topology === citus
        ? 'select citus_backend_gpid()::text as pid'
        : 'select pg_backend_pid()::text as pid',
    );
    return { client, pid: onlyRow(answer).pid };
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
}

async function prepare(
  owner: pg.Client,
  { optOutsSql }: Design,
  topology: Topology,
  profileIds: readonly string[],
  history: History,
): Promise<Cast> {
  const base = 2_000_000_000 + 16 * histories++;
  const phones = history.before.map((_, index) => `+1${base + index}`);
  const spares = history.sessions.map((_, index) => `+1${base + 8 + index}`);
  const toNumbers = [...phones.flatMap((phone) => profileIds.map(() => phone)), ...spares];
  const { rows: made } = await owner.query<{ id: string; profile_id: string; to_number: string }>(
    `insert into public.outbound_messages (profile_id, to_number, body)
     select profile_id, phone, 'isolation'
     from unnest($1::uuid[], $2::text[]) as message (profile_id, phone)
     returning id, profile_id, to_number`,
    [[...phones.flatMap(() => profileIds), ...spares.map(() => profileIds[0])], toNumbers],
  );
  const messages = new Map(made.map((row) => [`${row.profile_id} ${row.to_number}`, row.id]));
  const messageFrom = (profile: number, toNumber: string | undefined): string =>
    present(messages.get(`${profileIds[profile]} ${toNumber}`));
  const paired = made.filter(({ to_number }) => phones.includes(to_number));
  const { rows: reported } = await owner.query<{ id: string; message_id: string }>(
    topology.reportsNameNumber
      ? citusSql('pending_reports')
      : `insert into public.delivery_reports (message_id, event_type)
         select id, 'failed' from unnest($1::uuid[]) as message (id)
         returning id, message_id`,
    [
      paired.map(({ id }) => id),
      ...(topology.reportsNameNumber ? [paired.map(({ to_number }) => to_number)] : []),
    ],
  );
  const pending = new Map(reported.map((row) => [row.message_id, row.id]));
  const messageId = ({ phone, profile }: PhoneProfile): string =>
    messageFrom(profile, phones[phone]);
  const cast: Cast = {
    phones,
    profileIds,
    optOutsSql,
    topology,
    profilesOf: (rows) =>
      optOutsSql === undefined ? undefined : rows.map((row) => profileIds.indexOf(row.profile_id)),
    messageId,
    pendingReportId: (pair) => present(pending.get(messageId(pair))),
    spareMessageId: (session) => messageFrom(0, spares[session]),
  };
  const pairs = history.before.flatMap((count, phone) =>
    Array.from({ length: count }, (_, profile) => ({ phone, profile })),
  );
  if (pairs.length > 0) {
    const { text, values } = sqlOf({ kind: 'report', pairs }, cast, 0);
    await owner.query(text, values);
  }
  return cast;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a row that was made is not known');
  return value;
}
