import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { optedOut } from '../contract.ts';
import { idBoundary } from '../schema/id-boundary.ts';
import type { Behaviour } from './behaviour.ts';
import { expectAccepted, expectEqual, expectRefused } from './expect.ts';
import type { Fixture } from './fixture.ts';

const manyRows: Behaviour = {
  name: 'a multi-row insert that holds one blocked number is refused whole and inserts nothing',
  async run(fixture) {
    const app = await fixture.session();
    const { blocked, free, profile } = await oneBlocked(fixture, app);
    const insert = (phones: readonly string[]): Promise<pg.QueryResult<{ id: string }>> =>
      app.query(
        `insert into outbound_messages (profile_id, to_number, body)
         select $1, phone, 'opt-out check' from unnest($2::text[]) as phone
         returning id`,
        [profile, phones],
      );
    const batch = insert([...free.slice(0, 5), blocked, ...free.slice(5)]);
    await expectRefused('the batch', batch, fixture.bulkRefusals);
    await expectCount(app, [...free, blocked], fixture.threshold); // those that led to the block
    const inserted = await expectAccepted('a batch without it', insert(free));
    fixture.made({ messageIds: inserted.rows.map((row) => row.id) });
    expectEqual('rows of the batch without it', inserted.rowCount, free.length);
  },
};

const copy: Behaviour = {
  name: 'a COPY that holds one blocked number is refused whole and inserts nothing',
  async run(fixture) {
    const app = await fixture.session();
    const { blocked, free, profile } = await oneBlocked(fixture, app);
    const copyIn = (phones: readonly string[]): Promise<void> =>
      pipeline(
        Readable.from(phones.map((phone) => `${profile}\t${phone}\topt-out check\n`)),
        app.query(copyFrom('copy outbound_messages (profile_id, to_number, body) from stdin')),
      );
    await expectRefused('the COPY', copyIn([...free, blocked]), fixture.bulkRefusals);
    await expectCount(app, [...free, blocked], fixture.threshold);
    const boundary = await idBoundary(app);
    await expectAccepted('a COPY without it', copyIn(free));
    const { rows } = await app.query<{ id: string }>(
      'select id from outbound_messages where id > $1 and to_number = any ($2)',
      [boundary, free],
    );
    fixture.made({ messageIds: rows.map((row) => row.id) });
    expectEqual('rows of the COPY without it', rows.length, free.length);
  },
};

const oneStatement: Behaviour = {
  name: 'as many 21610s as it takes, in one statement, block',
  async run(fixture) {
    const app = await fixture.session();
    const phone = fixture.phone();
    const messages = await enoughMessages(fixture, app, phone);
    await fixture.reportAll(app, messages);
    await expectRefused('a message afterwards', fixture.send(app, phone, await fixture.profile()));
  },
};

const oneTransaction: Behaviour = {
  name: 'as many 21610s as it takes, in one transaction, block inside it and after it, and not if it rolls back',
  async run(fixture) {
    const app = await fixture.session();
    const other = await fixture.session();
    const phone = fixture.phone();
    const messages = await enoughMessages(fixture, app, phone);
    for (const end of ['rollback', 'commit']) {
      await app.query('begin');
      for (const message of messages) await fixture.report(app, message, 'failed', optedOut);
      await app.query('savepoint before_refusal');
      await expectRefused('a message inside it', fixture.send(app, phone, await fixture.profile()));
      await app.query('rollback to savepoint before_refusal');
      await expectAccepted(
        'another session, meanwhile',
        fixture.send(other, phone, await fixture.profile()),
      );
      await app.query(end);
      const afterwards = fixture.send(other, phone, await fixture.profile());
      if (end === 'rollback') await expectAccepted('a message after the rollback', afterwards);
      else await expectRefused('a message after the commit', afterwards);
    }
  },
};

/** What many rows at once must look like. */
export const bulkBehaviours: readonly Behaviour[] = [manyRows, copy, oneStatement, oneTransaction];

/** A message from each of as many profiles as block. */
async function enoughMessages(fixture: Fixture, app: pg.Client, phone: string): Promise<string[]> {
  const messages: string[] = [];
  for (const profile of await fixture.profiles(fixture.threshold))
    messages.push(await fixture.send(app, phone, profile));
  return messages;
}

async function oneBlocked(
  fixture: Fixture,
  app: pg.Client,
): Promise<{ blocked: string; free: readonly string[]; profile: string }> {
  const blocked = fixture.phone();
  await fixture.block(app, blocked);
  const free = Array.from({ length: 10 }, () => fixture.phone());
  return { blocked, free, profile: await fixture.profile() };
}

/** Counts rows by number: only those that this check can have made, newest first, so that the primary key finds them. */
async function expectCount(
  app: pg.Client,
  phones: readonly string[],
  expected: number,
): Promise<void> {
  const { rows } = await app.query<{ count: number }>(
    `select count(*)::integer as count
     from (select to_number from outbound_messages order by id desc limit 1000) as newest
     where to_number = any ($1)`,
    [phones],
  );
  expectEqual('messages of these numbers', rows[0]?.count, expected);
}
