import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { closing } from '../connection/closing.ts';
import { connect } from '../connection/connect.ts';
import { onlyRow } from '../connection/only-row.ts';
import { optedOut } from '../contract.ts';
import type { Design } from '../designs.ts';
import { itemAt } from '../item-at.ts';
import { readBlockThreshold } from '../schema/block-threshold.ts';
import { removeRows } from '../schema/remove-rows.ts';
import { type Topology, topologyOf } from '../topologies/topology.ts';

/** What a check works with: sessions of an application, numbers and profiles of its own. */
export interface Fixture {
  /** How many distinct profiles block a number in this database: public.opt_out_block_threshold(). */
  readonly threshold: number;
  /** The SQLSTATEs that a refusal of many rows at once may have. */
  readonly bulkRefusals: readonly string[];
  /** A session as the application would have it. Closed at the end. */
  session(): Promise<pg.Client>;
  /** A session of the database's owner. Closed at the end. */
  operator(): Promise<pg.Client>;
  /** A number that nobody else uses: exchange 555, which the data set leaves out. */
  phone(): string;
  /** A new profile's id. */
  profile(): Promise<string>;
  /** As many new profiles. */
  profiles(count: number): Promise<readonly string[]>;
  /** Sends a message and returns its id. */
  send(client: pg.Client, phone: string, profileId: string | null): Promise<string>;
  /** Stores a report and returns its id. */
  report(
    client: pg.Client,
    messageId: string,
    eventType: string,
    errorCode: number | null,
  ): Promise<string>;
  /** Stores a failed report with 21610 about each of these messages, in one statement. */
  reportAll(client: pg.Client, messageIds: readonly string[]): Promise<void>;
  /** Blocks a number as life does: as many profiles as it takes send to it and are told 21610. */
  block(client: pg.Client, phone: string): Promise<void>;
  /**
   * The contact opts in to a profile again, or to every one (null). Returns how many opt-outs went.
   *
   * @param client an operator's session; default: one of the database's owner
   */
  optIn(phone: string, profileId: string | null, client?: pg.Client): Promise<number>;
  /** Notes rows that a check made on its own, so that they are removed at the end. */
  made(rows: {
    readonly messageIds?: readonly string[];
    readonly reportIds?: readonly string[];
  }): void;
  /** Removes everything that was made through this fixture and closes its sessions. */
  close(): Promise<void>;
}

/** How a fixture is opened. */
export interface FixtureOptions {
  /** Longest that a statement of an application's session may take; no limit where absent. */
  readonly statementTimeoutMs?: number;
  /** Where the sessions are in turn: nodes of the database's cluster (default: where the owner is). */
  readonly places?: readonly string[];
}

/** Numbers that this process has given out, so that stages can be open at the same time. */
const taken = new Set<string>();

/** Opens a fixture on a database that has the design. `close()` leaves the database as it was. */
export async function openFixture(
  url: string,
  design: Design,
  options: FixtureOptions = {},
): Promise<Fixture> {
  const owner = await connect(url);
  const { threshold, topology } = await readFacts(owner).catch(async (error: unknown) => {
    await owner.end().catch(() => {});
    throw error;
  });
  const places = options.places ?? [url];
  const sessions: pg.Client[] = [];
  const phones = new Set<string>();
  const profileIds: string[] = [];
  const messageIds: string[] = [];
  const reportIds: string[] = [];
  const numberOf = new Map<string, string>();

  /** The number that a report names beside its message, where it must; one that is not known will do for a message that is not there. */
  const namedNumber = (messageId: string): string => numberOf.get(messageId) ?? fixture.phone();

  const idOf = async (client: pg.Client, sql: string, values: unknown[]): Promise<string> => {
    const inserted = await client.query<{ id: string }>(sql, values);
    const id = inserted.rows[0]?.id;
    if (id === undefined) throw new Error('the insert returned no id');
    return id;
  };

  const openAt = async (place: string): Promise<pg.Client> => {
    const client = await connect(place);
    sessions.push(client);
    if (options.statementTimeoutMs !== undefined) {
      await client.query(`set statement_timeout = ${options.statementTimeoutMs}`);
    }
    return client;
  };

  const fixture: Fixture = {
    threshold,
    bulkRefusals: topology.bulkRefusals,
    async session() {
      const client = await openAt(itemAt(places, sessions.length % places.length));
      if (design.sessionSql !== undefined) await client.query(design.sessionSql);
      return client;
    },
    operator() {
      return openAt(url);
    },
    phone() {
      let phone: string;
      do {
        phone = `+1${randomInt(200, 1000)}555${String(randomInt(10_000)).padStart(4, '0')}`;
      } while (taken.has(phone));
      taken.add(phone);
      phones.add(phone);
      return phone;
    },
    async profile() {
      const id = await idOf(owner, 'insert into profiles (name) values ($1) returning id', [
        'opt-out check',
      ]);
      profileIds.push(id);
      return id;
    },
    async profiles(count) {
      const ids: string[] = [];
      for (let made = 0; made < count; made++) ids.push(await fixture.profile());
      return ids;
    },
    async send(client, phone, profileId) {
      const id = await idOf(
        client,
        'insert into outbound_messages (profile_id, to_number, body) values ($1, $2, $3) returning id',
        [profileId, phone, 'opt-out check'],
      );
      messageIds.push(id);
      numberOf.set(id, phone);
      return id;
    },
    async report(client, messageId, eventType, errorCode) {
      const values = [messageId, eventType, errorCode];
      const id = topology.reportsNameNumber
        ? await idOf(
            client,
            `insert into delivery_reports (message_id, event_type, error_code, to_number)
             values ($1, $2, $3, $4) returning id`,
            [...values, namedNumber(messageId)],
          )
        : await idOf(
            client,
            'insert into delivery_reports (message_id, event_type, error_code) values ($1, $2, $3) returning id',
            values,
          );
      reportIds.push(id);
      return id;
    },
    async reportAll(client, ids) {
      const { rows } = topology.reportsNameNumber
        ? await client.query<{ id: string }>(
            `insert into delivery_reports (message_id, to_number, event_type, error_code)
             select message_id, to_number, 'failed', $2
             from unnest($1::uuid[], $3::text[]) as reported (message_id, to_number)
             returning id`,
            [ids, optedOut, ids.map(namedNumber)],
          )
        : await client.query<{ id: string }>(
            `insert into delivery_reports (message_id, event_type, error_code)
             select id, 'failed', $2 from unnest($1::uuid[]) as id
             returning id`,
            [ids, optedOut],
          );
      reportIds.push(...rows.map(({ id }) => id));
    },
    async block(client, phone) {
      for (const profileId of await fixture.profiles(threshold)) {
        const messageId = await fixture.send(client, phone, profileId);
        await fixture.report(client, messageId, 'failed', optedOut);
      }
    },
    async optIn(phone, profileId, client = owner) {
      const answer = await client.query<{ taken: number }>(
        profileId === null
          ? 'select public.opt_in_everywhere($1) as taken'
          : 'select public.opt_in($1, $2) as taken',
        profileId === null ? [phone] : [phone, profileId],
      );
      return onlyRow(answer).taken;
    },
    made(rows) {
      messageIds.push(...(rows.messageIds ?? []));
      reportIds.push(...(rows.reportIds ?? []));
    },
    async close() {
      await closing(async (defer) => {
        defer(() => owner.end());
        defer(async () => {
          await owner.query(design.forgetSql, [[...phones]]);
          for (const phone of phones) taken.delete(phone);
        });
        defer(() => removeRows(owner, { profileIds, messageIds, reportIds }));
        for (const session of sessions) defer(() => session.end().catch(() => {}));
      });
    },
  };
  return fixture;
}

async function readFacts(owner: pg.Client): Promise<{ threshold: number; topology: Topology }> {
  return { threshold: await readBlockThreshold(owner), topology: await topologyOf(owner) };
}
