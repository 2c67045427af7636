import { strict as assert } from 'node:assert';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { expectAccepted, expectRefused } from '../conformance/expect.ts';
import { applyDesign, type Design } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';

/*
 * A session keeps the plans that it made. What it learnt of a table while it was empty, or had one
 * page, must not make it read the whole table later, when hundreds of thousands of numbers are blocked.
 * pg_stat_user_tables counts sequential scans; here nobody else uses the database.
 */

/** Designs that read everything by idea, and say so: they are not held to it. */
const readsEverything = (design: Design): boolean =>
  design.costs.includes('Every insert reads all messages.');

const blockedLater = 20_000;

/** What the table of blocked numbers looked like when the session made its plans. */
const beginnings = {
  'empty and analysed': 0,
  'of one page': 3,
} as const;

/** Numbers blocked by a load that goes round the triggers, in every table that a design may keep. */
const fills: Readonly<Record<string, string>> = {
  blocked_contacts: 'insert into blocked_contacts select phone from numbers',
  opt_outs: `insert into opt_outs select phone, id, ordinal from numbers, three`,
  contact_opt_out_counts: 'insert into contact_opt_out_counts select phone, 3 from numbers',
  contact_profiles: `insert into contact_profiles select phone, (select array_agg(id) from three) from numbers`,
  unreported_opt_outs: 'insert into unreported_opt_outs select phone, id from numbers, three',
};

const sendOne = {
  name: 'send-one',
  text: `insert into outbound_messages (profile_id, to_number, body) values ($1, $2, 'kept plan')`,
};
const sendMany = {
  name: 'send-many',
  text: `insert into outbound_messages (profile_id, to_number, body)
         select $1, phone, 'kept plan' from unnest($2::text[]) as phone`,
};

for (const design of testedDesigns()) {
  describe(`plans that a session keeps, design ${design.name}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let profile: string;
    const open: pg.Client[] = [];

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      const { rows } = await owner.query<{ id: string }>(
        `insert into profiles (name) select 'kept plan' from generate_series(1, 3) returning id`,
      );
      profile = String(rows[0]?.id);
      await owner.query(`create temporary table three as
        select id, row_number() over (order by id)::integer as ordinal from profiles`);
      for (const table of await tables()) {
        await owner.query(`alter table ${table} set (autovacuum_enabled = off)`);
      }
    });
    afterEach(async () => {
      await Promise.all(open.splice(0).map((client) => client.end()));
    });
    after(async () => {
      await owner.end();
      await database.drop();
    });

    for (const [beginning, blockedBefore] of Object.entries(beginnings)) {
      const name = `made while the table looked up was ${beginning} scan nothing, then or later`;
      it(readsEverything(design) ? `reads everything, and says so: ${name}` : name, async () => {
        await owner.query(`delete from delivery_reports; delete from outbound_messages`);
        await empty();
        await blockTo(0, blockedBefore);
        await owner.query(`vacuum analyze ${(await tables()).join(', ')}`);
        const start = await scans();

        if (readsEverything(design)) {
          const client = await session();
          await expectAccepted('one', one(client, number(blockedLater + 1)));
          await flush(client);
          assert.ok((await scans()) > start, 'it scanned nothing, and says that it does');
          return;
        }

        const old = await session();
        for (let sent = 0; sent < 8; sent++) await everyWayToSend(old, sent);
        const whileSmall = await scans();
        await blockTo(blockedBefore, blockedLater);
        for (let sent = 8; sent < 10; sent++) await everyWayToSend(old, sent);
        await expectRefused('a blocked number, old session', one(old, number(1)));
        const young = await session();
        for (let sent = 10; sent < 12; sent++) await everyWayToSend(young, sent);
        await expectRefused('a blocked number, new session', one(young, number(1)));
        await flush(young);
        const atEnd = await scans();

        assert.equal(whileSmall, start, 'sequential scans while few numbers were blocked');
        assert.equal(atEnd, start, 'sequential scans after many numbers were blocked');
        await owner.query('select count(body) from outbound_messages');
        await flush(owner);
        assert.ok((await scans()) > atEnd, 'the counter does not count');
      });
    }

    async function session(): Promise<pg.Client> {
      const client = await database.connect();
      open.push(client);
      if (design.sessionSql !== undefined) await client.query(design.sessionSql);
      return client;
    }

    const one = (client: pg.Client, phone: string): Promise<unknown> =>
      client.query({ ...sendOne, values: [profile, phone] });

    /** One row, a few, many (of which a design may think otherwise), and COPY where it takes one. */
    async function everyWayToSend(client: pg.Client, sent: number): Promise<void> {
      const free = (row: number): string => `+1201556${String(sent * 1000 + row).padStart(5, '0')}`;
      await expectAccepted('one', one(client, free(0)));
      for (const rows of sent < 8 ? [3] : [3, 999]) {
        const phones = Array.from({ length: rows }, (_, row) => free(row));
        await expectAccepted(
          `${rows} rows`,
          client.query({ ...sendMany, values: [profile, phones] }),
        );
      }
      if (!design.cannot.some((check) => check.startsWith('a COPY'))) {
        const lines = Array.from({ length: 20 }, (_, row) => `${profile}\t${free(row)}\tcopied\n`);
        const copy = copyFrom('copy outbound_messages (profile_id, to_number, body) from stdin');
        await pipeline(Readable.from(lines), client.query(copy));
      }
      await flush(client);
    }

    /** The tables that a send may look up: all but profiles, which the foreign key looks up. */
    async function tables(): Promise<readonly string[]> {
      const { rows } = await owner.query<{ name: string }>(
        `select relname as name from pg_stat_user_tables
         where schemaname = 'public' and relname <> 'profiles'`,
      );
      return rows.map((row) => row.name);
    }

    async function scans(): Promise<number> {
      await flush(owner);
      const { rows } = await owner.query<{ scans: number }>(
        `select sum(seq_scan)::integer as scans from pg_stat_user_tables
         where schemaname = 'public' and relname <> 'profiles'`,
      );
      const counted = rows[0]?.scans;
      assert.ok(counted !== undefined);
      return counted;
    }

    async function kept(): Promise<readonly string[]> {
      const there = await tables();
      const found = Object.keys(fills).filter((table) => there.includes(table));
      assert.ok(found.length > 0);
      return found;
    }

    async function empty(): Promise<void> {
      for (const table of await kept()) await owner.query(`truncate ${table}`);
    }

    /** Blocks numbers from one on up to another, as an import does, and analyses nothing. */
    async function blockTo(from: number, to: number): Promise<void> {
      await owner.query(
        `create temporary table numbers as
         select '+1' || (2015550000 + i) as phone from generate_series($1::integer + 1, $2) as i`,
        [from, to],
      );
      for (const table of await kept()) await owner.query(String(fills[table]));
      await owner.query('drop table numbers');
    }
  });
}

const number = (index: number): string => `+1${2015550000 + index}`;

/** Makes the session's statistics visible to others; without it the server waits up to a second. */
async function flush(client: pg.Client): Promise<void> {
  await client.query('select pg_stat_force_next_flush()');
}
