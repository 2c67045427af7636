import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { optedOut } from '../contract.ts';
import { idBoundary } from '../schema/id-boundary.ts';
import type { Check } from './behaviour.ts';
import { expectAccepted, expectEqual, expectRefused } from './expect.ts';
import type { Stage } from './fixture.ts';

const manyRows: Check = {
  name: 'a multi-row insert that holds one blocked number is refused whole and inserts nothing',
  async run(stage) {
    const app = await stage.session();
    const { blocked, free, profile } = await oneBlocked(stage, app);
    const insert = (phones: readonly string[]): Promise<pg.QueryResult<{ id: string }>> =>
      app.query(
        `insert into outbound_messages (profile_id, to_number, body)
         select $1, phone, 'opt-out check' from unnest($2::text[]) as phone
         returning id`,
        [profile, phones],
      );
    await expectRefused('the batch', insert([...free.slice(0, 5), blocked, ...free.slice(5)]));
    await expectCount(app, [...free, blocked], 3); // the three that led to the block
    const inserted = await expectAccepted('a batch without it', insert(free));
    stage.made({ messageIds: inserted.rows.map((row) => row.id) });
    expectEqual('rows of the batch without it', inserted.rowCount, free.length);
  },
};

const copy: Check = {
  name: 'a COPY that holds one blocked number is refused whole and inserts nothing',
  async run(stage) {
    const app = await stage.session();
    const { blocked, free, profile } = await oneBlocked(stage, app);
    const copyIn = (phones: readonly string[]): Promise<void> =>
      pipeline(
        Readable.from(phones.map((phone) => `${profile}\t${phone}\topt-out check\n`)),
        app.query(copyFrom('copy outbound_messages (profile_id, to_number, body) from stdin')),
      );
    await expectRefused('the COPY', copyIn([...free, blocked]));
    await expectCount(app, [...free, blocked], 3);
    const boundary = await idBoundary(app);
    await expectAccepted('a COPY without it', copyIn(free));
    const { rows } = await app.query<{ id: string }>(
      'select id from outbound_messages where id > $1 and to_number = any ($2)',
      [boundary, free],
    );
    stage.made({ messageIds: rows.map((row) => row.id) });
    expectEqual('rows of the COPY without it', rows.length, free.length);
  },
};

const oneStatement: Check = {
  name: 'three 21610s in one statement block',
  async run(stage) {
    const app = await stage.session();
    const phone = stage.phone();
    const messages = await threeMessages(stage, app, phone);
    const { rows } = await app.query<{ id: string }>(
      `insert into delivery_reports (message_id, event_type, error_code)
       select id, 'failed', $2 from unnest($1::uuid[]) as id
       returning id`,
      [messages, optedOut],
    );
    stage.made({ reportIds: rows.map((row) => row.id) });
    await expectRefused('a message afterwards', stage.send(app, phone, await stage.profile()));
  },
};

const oneTransaction: Check = {
  name: 'three 21610s in one transaction block, inside it and after it, and not if it rolls back',
  async run(stage) {
    const app = await stage.session();
    const other = await stage.session();
    const phone = stage.phone();
    const messages = await threeMessages(stage, app, phone);
    for (const end of ['rollback', 'commit']) {
      await app.query('begin');
      for (const message of messages) await stage.report(app, message, 'failed', optedOut);
      await app.query('savepoint before_refusal');
      await expectRefused('a message inside it', stage.send(app, phone, await stage.profile()));
      await app.query('rollback to savepoint before_refusal');
      await expectAccepted(
        'another session, meanwhile',
        stage.send(other, phone, await stage.profile()),
      );
      await app.query(end);
      const afterwards = stage.send(other, phone, await stage.profile());
      if (end === 'rollback') await expectAccepted('a message after the rollback', afterwards);
      else await expectRefused('a message after the commit', afterwards);
    }
  },
};

/** What many rows at once must look like. */
export const bulk: readonly Check[] = [manyRows, copy, oneStatement, oneTransaction];

async function threeMessages(stage: Stage, app: pg.Client, phone: string): Promise<string[]> {
  const messages: string[] = [];
  for (const profile of await stage.profiles(3))
    messages.push(await stage.send(app, phone, profile));
  return messages;
}

async function oneBlocked(
  stage: Stage,
  app: pg.Client,
): Promise<{ blocked: string; free: readonly string[]; profile: string }> {
  const blocked = stage.phone();
  await stage.block(app, blocked);
  const free = Array.from({ length: 10 }, () => stage.phone());
  return { blocked, free, profile: await stage.profile() };
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
