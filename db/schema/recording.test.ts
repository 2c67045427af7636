import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { waits } from '../testing/waits.ts';
import {
  isRefused,
  makeProfiles,
  recordsWhenReported,
  report,
  reportAgain,
  send,
} from './testing.ts';

/* What is recorded of a report and of a move, by whatever function a design has for it. */

for (const design of testedDesigns()) {
  if (design.sessionSql !== undefined) continue; // it differs in sends alone
  describe(`recording, design ${design.name}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let other: pg.Client;
    let asker: pg.Client;
    let profiles: readonly string[];
    let numbers = 0;
    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      other = await database.connect();
      asker = await database.connect();
      profiles = await makeProfiles(owner, 3);
    });
    after(async () => {
      for (const client of [asker, other, owner]) await client.end();
      await database.drop();
    });

    const newPhone = (): string => `+1202555${String(numbers++).padStart(4, '0')}`;
    const optIn = (phone: string): Promise<unknown> =>
      owner.query('select opt_in($1, $2)', [phone, profiles[0]]);
    const move = (client: pg.Client, message: string, phone: string): Promise<unknown> =>
      client.query('update outbound_messages set to_number = $2 where id = $1', [message, phone]);

    /** A message of the first profile whose report was stored. */
    async function reported(phone: string): Promise<string> {
      const message = await send(owner, phone, profiles[0]);
      await report(owner, message);
      return message;
    }

    /** Those of the numbers for which the first profile counts: two more block them. */
    async function optedOut(...phones: readonly string[]): Promise<readonly string[]> {
      const found: string[] = [];
      for (const phone of phones) {
        for (const profile of profiles.slice(1)) {
          await report(owner, await send(owner, phone, profile));
        }
        if (await isRefused(owner, phone, profiles[0])) found.push(phone);
      }
      return found;
    }

    if (recordsWhenReported(design)) {
      it('holds the message until the report is committed: whoever moves it sees the report', async () => {
        const [from, to] = [newPhone(), newPhone()];
        const message = await send(owner, from, profiles[0]);
        await other.query('begin');
        await report(other, message);
        const moved = move(owner, message, to);
        await waits(asker, owner, moved);
        await other.query('commit');
        await moved;
        assert.deepEqual(await optedOut(from, to), [from, to]);
      });
    }

    it('counts nothing for a move whose report is of another kind', async () => {
      const [from, to] = [newPhone(), newPhone()];
      for (const [type, code] of [
        ['failed', 30007],
        ['delivered', 21610],
      ] as const) {
        const message = await send(owner, from, profiles[0]);
        await owner.query(
          'insert into delivery_reports (message_id, event_type, error_code) values ($1, $2, $3)',
          [message, type, code],
        );
        await move(owner, message, to);
      }
      assert.deepEqual(await optedOut(from, to), []);
    });

    it('counts a report that was loaded without triggers once it is updated, unless an opt-in covers it', async () => {
      for (const isCovered of [false, true]) {
        const phone = newPhone();
        await owner.query('set session_replication_role = replica');
        const message = await reported(phone);
        await owner.query('reset session_replication_role');
        if (isCovered) await optIn(phone);
        await reportAgain(owner, message);
        assert.deepEqual(await optedOut(phone), isCovered ? [] : [phone]);
      }
    });

    if (recordsWhenReported(design)) {
      it('waits for an opt-in of its profile, and counts anew what comes after it', async () => {
        const phone = newPhone();
        const message = await reported(phone);
        await owner.query('begin');
        await optIn(phone);
        const again = report(other, message);
        await waits(asker, other, again);
        await owner.query('commit');
        await again;
        assert.deepEqual(await optedOut(phone), [phone]);
      });
    }

    it('takes nothing by an opt-in of a number that nobody was told 21610 for', async () => {
      const { rows } = await owner.query(
        'select opt_in($1, $2) as one, opt_in_everywhere($1) as every',
        [newPhone(), profiles[0]],
      );
      assert.deepEqual(rows, [{ one: 0, every: 0 }]);
    });

    it('waits for no other contact’s, also where somebody has touched its own opt-out', async () => {
      const [phone, another] = [newPhone(), newPhone()];
      const message = await reported(phone);
      await reported(another);
      if (design.keeps.includes('opt_outs')) {
        await owner.query('begin');
        await owner.query('select from opt_outs where phone = $1 for key share', [phone]);
        await owner.query('commit');
      }
      await owner.query('begin');
      await optIn(another);
      await other.query(`set lock_timeout = '5s'`);
      await report(other, message);
      await other.query('reset lock_timeout');
      await owner.query('commit');
      assert.deepEqual(await optedOut(phone, another), [phone]);
    });
  });
}
