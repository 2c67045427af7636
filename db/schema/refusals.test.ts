import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectRefused } from '../conformance/expect.ts';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { makeProfiles, messagesTable, report, send, sessionOf } from './testing.ts';

/* What a message that is refused leaves behind. */

/** Designs that look at a message after it was inserted: a refusal takes it back. All look before it is moved. */
const insertFirst = new Set([
  'after_when_clause',
  'check_option_view',
  'statement_trigger',
  'statement_trigger_array',
  'statement_trigger_hash',
]);

for (const design of testedDesigns()) {
  describe(`a message that is refused, design ${design.name}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let app: pg.Client;
    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      app = await sessionOf(database, design);
    });
    after(async () => {
      await app.end();
      await owner.end();
      await database.drop();
    });

    /** Rows that were ever written to the messages, rolled back or not. */
    async function written(): Promise<unknown> {
      await app.query('select pg_stat_force_next_flush()');
      const { rows } = await app.query<Record<string, string>>(
        `select n_tup_ins, n_tup_upd, n_dead_tup from pg_stat_user_tables
         where relid = $1::regclass`,
        [await messagesTable(app)],
      );
      return rows[0];
    }

    const writes = insertFirst.has(design.name);
    it(`was ${writes ? 'written when it is inserted, and not' : 'never written, inserted or'} moved`, async () => {
      const [blocked, free] = ['+12025550001', '+12025550002'];
      const profiles = await makeProfiles(owner, 3);
      for (const profile of profiles) await report(app, await send(app, blocked, profile));
      const message = await send(app, free, profiles[0]);
      const before = await written();
      assert.deepEqual(before, { n_tup_ins: '4', n_tup_upd: '0', n_dead_tup: '0' });
      await expectRefused('a message', send(app, blocked, profiles[0]));
      const inserted = await written();
      if (writes) assert.deepEqual(inserted, { n_tup_ins: '5', n_tup_upd: '0', n_dead_tup: '1' });
      else assert.deepEqual(inserted, before);
      await expectRefused(
        'a move',
        app.query('update outbound_messages set to_number = $2 where id = $1', [message, blocked]),
      );
      assert.deepEqual(await written(), inserted);
      await app.query('update outbound_messages set body = $2 where id = $1', [message, 'written']);
      assert.notDeepEqual(await written(), inserted);
    });
  });
}
