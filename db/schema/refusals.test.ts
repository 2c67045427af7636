import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type pg from 'pg';
import { expectRefused } from '../conformance/expect.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { makeProfiles, report, send } from './testing.ts';

/* What a message that is refused leaves behind under the default design. */

let database: TestDatabase;
let owner: pg.Client;
before(async () => {
  database = await createTestDatabase();
  owner = await database.connect();
});
after(async () => {
  await owner.end();
  await database.drop();
});

/** Rows that were ever written to the messages, rolled back or not. */
async function written(): Promise<unknown> {
  await owner.query('select pg_stat_force_next_flush()');
  const { rows } = await owner.query<Record<string, string>>(
    `select n_tup_ins, n_tup_upd, n_dead_tup from pg_stat_user_tables
     where relid = 'outbound_messages'::regclass`,
  );
  return rows[0];
}

it('a message that is refused was never written, inserted or moved: it leaves no dead row', async () => {
  const [blocked, free] = ['+12025550001', '+12025550002'];
  const profiles = await makeProfiles(owner, 3);
  for (const profile of profiles) await report(owner, await send(owner, blocked, profile));
  const message = await send(owner, free, profiles[0]);
  const before = await written();
  assert.deepEqual(before, { n_tup_ins: '4', n_tup_upd: '0', n_dead_tup: '0' });
  await expectRefused('a message', send(owner, blocked, profiles[0]));
  assert.deepEqual(await written(), before);
  await expectRefused(
    'a move',
    owner.query('update outbound_messages set to_number = $2 where id = $1', [message, blocked]),
  );
  assert.deepEqual(await written(), before);
  await owner.query('update outbound_messages set body = $2 where id = $1', [message, 'written']);
  assert.notDeepEqual(await written(), before);
});
