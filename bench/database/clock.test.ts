import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { refusal } from '../../db/contract.ts';
import { defaultDesignName, designNamed } from '../../db/designs.ts';
import { firstIdOf } from '../../db/schema/id-boundary.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { removeRun } from '../load/verify/remove-run.ts';
import { benchBody, reserveForBench } from './reservation.ts';

/** An id as uuidv7() gives it when the clock stands so many seconds before now. */
const idBefore = `
  (lpad(to_hex((extract(epoch from clock_timestamp() - make_interval(secs => $1)) * 1000)::bigint), 12, '0')
    || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid`;

describe('a clock that is set back an hour', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('while a bench runs: its rows are removed all the same', async () => {
    const session = await reserveForBench({
      url: database.url,
      connect: () => database.connect(),
    });
    const insert = `insert into outbound_messages (id, to_number, body) values (${idBefore}, '+12025550101', $2)`;
    await client.query(insert, [0, benchBody]);
    await client.query(insert, [3_600, benchBody]);
    await client.query(insert, [3_600, 'a text of somebody else']);
    await session.close();
    const { rows } = await client.query('select body from outbound_messages');
    assert.deepEqual(rows, [{ body: 'a text of somebody else' }]);
  });

  it('while a load runs: its rows, whose ids are ahead of the clock, are removed all the same', async () => {
    const runTag = 0xabcdef;
    const ahead = firstIdOf(Date.now() + 3_600_000).slice(0, -6);
    const insert = `insert into outbound_messages (id, to_number, body) values ($1, '+12025550103', 'hello')`;
    await client.query(insert, [`${ahead}abcdef`]);
    await client.query(insert, [`${ahead}fedcba`]);
    const run = { runTag, fromUnixMs: Date.now(), ownProfileIds: [] };
    await removeRun({ url: database.url, client }, designNamed(defaultDesignName), run);
    const { rows } = await client.query(
      `select right(id::text, 6) as tag from outbound_messages where to_number = '+12025550103'`,
    );
    assert.deepEqual(rows, [{ tag: 'fedcba' }]);
  });

  it('between the reports: the third profile blocks, in whatever order their ids are', async () => {
    const phone = '+12025550102';
    for (const secondsAgo of [0, 1_800, 3_600]) {
      await client.query(
        `with sender as (insert into profiles (name) values ($2) returning id),
           message as (
             insert into outbound_messages (id, profile_id, to_number, body)
             select ${idBefore}, id, $3, 'hello' from sender
             returning id
           )
         insert into delivery_reports (id, message_id, event_type, error_code)
         select ${idBefore}, id, 'failed', 21610 from message`,
        [secondsAgo, `sender ${secondsAgo}`, phone],
      );
    }
    await assert.rejects(
      client.query(`insert into outbound_messages (to_number, body) values ($1, 'again')`, [phone]),
      { code: refusal.sqlState },
    );
    const { rows } = await client.query('select * from rederive_opt_outs()');
    assert.deepEqual(rows, []);
  });
});
