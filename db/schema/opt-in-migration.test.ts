import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { expectAccepted, expectRefused } from '../conformance/expect.ts';
import { openFixture } from '../conformance/fixture.ts';
import { onlyRow } from '../connection/only-row.ts';
import { defaultDesignName, designNamed } from '../designs.ts';
import { readSql } from '../sql.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { migrationText } from './migration-texts.ts';
import { makeProfiles, report, send } from './testing.ts';

/** The one that brings opt-ins, and those that mend what they wait for and how they number. */
const migrations = ['08', '10', '11', '12'].map((end) => migrationText(`202501010000${end}`));
const up = migrations.map((migration) => migration.up).join('\n');
const down = migrations
  .map((migration) => migration.down)
  .reverse()
  .join('\n');
const catalogSql = readSql(new URL('../catalog.test.sql', import.meta.url));

describe('the migrations by which contacts opt in again', () => {
  it('goes down and up again over data: the same catalog, both versions block, and what was opted in stays so', async () => {
    assert.ok(up.length > 0 && down.length > 0);
    const database = await createTestDatabase();
    const owner = await database.connect();
    const fixture = await openFixture(database.url, designNamed(defaultDesignName));
    try {
      const catalog = async (): Promise<unknown> => (await owner.query(catalogSql)).rows;
      const differences = async (): Promise<unknown> =>
        (await owner.query('select * from rederive_opt_outs()')).rows;
      const blocks = async (): Promise<string> => {
        const phone = fixture.phone();
        await fixture.block(owner, phone);
        await expectRefused('a blocked number', fixture.send(owner, phone, null));
        assert.deepEqual(await differences(), []);
        return phone;
      };
      const before = await catalog();
      const phone = await blocks();
      await fixture.optIn(phone, null);
      assert.deepEqual(await differences(), []);
      await owner.query(down);
      assert.notDeepEqual(await catalog(), before);
      await expectAccepted('opted in before', fixture.send(owner, phone, null));
      assert.equal((await owner.query('select * from rederive_opt_outs()')).rows.length, 4);
      await expectRefused('derived without the opt-in', fixture.send(owner, phone, null));
      await blocks();
      await owner.query(up);
      assert.deepEqual(await catalog(), before);
      await blocks();
      await fixture.optIn(phone, null);
      await expectAccepted('opted in again', fixture.send(owner, phone, null));
      assert.deepEqual(await differences(), []);
    } finally {
      await fixture.close();
      await owner.end();
      await database.drop();
    }
  });

  it('goes down and up while messages are sent and reported: nothing is lost, and nothing blocked too early', async () => {
    const database = await createTestDatabase();
    const owner = await database.connect();
    const sessions = await Promise.all([1, 2, 3].map(() => database.connect()));
    try {
      const profiles = await makeProfiles(owner, sessions.length);
      let isMigrating = true;
      // each session is one profile's: a number is told 21610 by all three at about the same moment
      const work = sessions.map(async (client, index) => {
        for (let number = 0; isMigrating || number < 60; number++) {
          const phone = `+1202555${String(number).padStart(4, '0')}`;
          await report(client, await send(client, phone, profiles[index]));
        }
      });
      const migrating = (async () => {
        for (let time = 0; time < 10; time++) {
          await owner.query(`begin; ${down}; commit`);
          await owner.query(`begin; ${up}; commit`);
        }
      })().finally(() => {
        isMigrating = false;
      });
      await Promise.all([...work, migrating]);
      const counted = onlyRow(
        await owner.query<{ wrong: number; blocked: number }>(
          `select
             count(*) filter (where (reported >= 3) <> blocked)::integer as wrong,
             count(*) filter (where blocked)::integer as blocked
           from (
             select m.to_number, count(distinct m.profile_id) as reported,
               exists (select from blocked_contacts as b where b.phone = m.to_number) as blocked
             from outbound_messages as m join delivery_reports as r on r.message_id = m.id
             group by m.to_number
           ) as number`,
        ),
      );
      assert.equal(counted.wrong, 0);
      assert.ok(counted.blocked >= 60);
      assert.deepEqual((await owner.query('select * from rederive_opt_outs()')).rows, []);
    } finally {
      await Promise.all(sessions.map((client) => client.end()));
      await owner.end();
      await database.drop();
    }
  });
});
