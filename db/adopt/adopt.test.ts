import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectRefused } from '../conformance/expect.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole } from '../testing/test-role.ts';
import { exampleNames, examplePath } from './examples.ts';
import { quoteName } from './quote.ts';
import { readMapping } from './read-mapping.ts';
import {
  createStrangersDatabase,
  describeCatalog,
  makeHistory,
  runStep,
  startTraffic,
} from './testing.ts';

const forward = ['01', '02', '03', '04', '05'];
const wish = ["set opt_out_adoption.roll_back = 'yes'"];

for (const example of exampleNames) {
  describe(`the mapping ${example}, step by step beside traffic`, () => {
    const { schema, threshold } = readMapping(examplePath(example));
    let mapping = readMapping(examplePath(example));
    let database: TestDatabase;
    let client: pg.Client;
    let catalogBefore: readonly string[];
    const ours = quoteName(schema);

    before(async () => {
      database = await createStrangersDatabase(example);
      client = await database.connect();
      if (mapping.sendingRole !== undefined) {
        const { name: sendingRole } = await createTestRole(database, client);
        mapping = { ...mapping, sendingRole };
      }
      await makeHistory(client, 9000);
      catalogBefore = await describeCatalog(client);
    });
    after(async () => {
      await client.end();
      await database.drop();
    });

    const run = (step: string, first: readonly string[] = []): Promise<readonly string[]> =>
      runStep(database, mapping, step, first);
    const send = async (phone: string, sender: number): Promise<string> => {
      const { rows } = await client.query<{ message: string }>(
        'select traffic.send($1, $2) as message',
        [phone, sender],
      );
      return rows[0]?.message ?? assert.fail('nothing was sent');
    };
    const reportOptOut = async (phone: string, sender: number): Promise<string> => {
      const message = await send(phone, sender);
      await client.query('select traffic.report($1, true)', [message]);
      return message;
    };
    const optOuts = async (): Promise<readonly object[]> =>
      (
        await client.query<object>(
          `select phone, profile_id::text as sender from ${ours}.opt_outs order by 1, 2`,
        )
      ).rows;
    const blocked = async (): Promise<readonly object[]> =>
      (await client.query<object>(`select phone from ${ours}.blocked_contacts order by 1`)).rows;

    it('keeps every opt-out of the history and of the traffic, and refuses from the switch on', async () => {
      await run('01');
      await run('02');
      assert.deepEqual(await optOuts(), [], 'history is worked through by the backfill alone');
      const traffic = startTraffic(database, 2);
      await run('03');
      for (let sender = 0; sender < threshold; sender++) await reportOptOut('12025550199', sender);
      await send('12025550199', threshold); // not switched on yet
      await run('04');
      await expectRefused('a message', send('12025550199', threshold));
      await send('12025550198', threshold);
      const { sent } = await traffic.stop();
      assert.ok(sent > 0);

      const notices = await run('05');
      assert.match(notices.join(), /verified: \d+ opt-outs, \d+ blocked numbers/);
      const { rows: expected } = await client.query<object>(
        'select phone collate "C" as phone, sender from traffic.opted_out order by 1, sender collate "C"',
      );
      assert.ok(expected.length > 2000);
      assert.deepEqual([...(await optOuts())].sort(byText), expected.sort(byText));
      const { rows: enough } = await client.query<object>(
        `select phone collate "C" as phone from traffic.opted_out group by 1 having count(*) >= $1 order by 1`,
        [threshold],
      );
      assert.ok(enough.length > 100);
      assert.deepEqual(await blocked(), enough);
      const { rows: differences } = await client.query(`select * from ${ours}.rederive_opt_outs()`);
      assert.deepEqual(differences, []);
    });

    it('counts a message that is moved for its new number, and keeps blocked ones from being moved to', async () => {
      const message = await reportOptOut('12025550110', 0);
      await client.query('select traffic.move($1, $2)', [message, '12025550111']);
      const phones = (await optOuts()).map((row) => ('phone' in row ? row.phone : ''));
      assert.ok(phones.includes('12025550110') && phones.includes('12025550111'));
      await expectRefused(
        'a move',
        client.query('select traffic.move($1, $2)', [message, '12025550199']),
      );
    });

    it('lets a contact opt in again, which the backfill and the verification honour', async () => {
      const phone = '12025550120';
      const differences = async (): Promise<readonly object[]> =>
        (
          await client.query<object>(
            `select * from ${ours}.rederive_opt_outs() where difference <> 'opt-out has no report'`,
          )
        ).rows;
      for (let sender = 0; sender < threshold; sender++) await reportOptOut(phone, sender);
      await expectRefused('a message', send(phone, threshold));
      const { rows: taken } = await client.query(
        `select ${ours}.opt_in(o.phone, o.profile_id) as taken
         from ${ours}.opt_outs as o where o.phone = $1 and o.ordinal = 1`,
        [phone],
      );
      assert.deepEqual(taken, [{ taken: 1 }]);
      await send(phone, threshold);
      for (const step of ['03', '05']) await run(step);
      assert.deepEqual(await differences(), []);
      await send(phone, threshold);
      await reportOptOut(phone, 0);
      await expectRefused('a message after it was reported anew', send(phone, threshold));
      await client.query(`select ${ours}.opt_in_everywhere($1)`, [phone]);
      for (const step of ['03', '05']) await run(step);
      await send(phone, threshold);
      assert.deepEqual(await differences(), []);
    });

    it('leaves all as it is where every file is run again', async () => {
      const state = async (): Promise<unknown> => [
        await describeCatalog(client),
        await optOuts(),
        await blocked(),
      ];
      const first = await state();
      for (const step of forward) await run(step);
      assert.deepEqual(await state(), first);
    });

    it('is rolled back to the former catalog, by those who mean it', async () => {
      await assert.rejects(run('06'), /nothing was taken away/);
      await expectRefused('a message', send('12025550199', threshold));
      await run('06', wish);
      assert.deepEqual(await describeCatalog(client), catalogBefore);
      await send('12025550199', threshold);
      await run('06', wish);
      assert.deepEqual(await describeCatalog(client), catalogBefore);
    });
  });
}

function byText(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

describe('the mapping of the lab’s own tables', () => {
  it('gives the lab’s own schema', async () => {
    const [migrated, adopted] = [await createTestDatabase(), await createStrangersDatabase('lab')];
    try {
      for (const step of ['01', '02', '03', '04']) {
        await runStep(adopted, readMapping(examplePath('lab')), step);
      }
      const [theirs, ours] = [await migrated.connect(), await adopted.connect()];
      try {
        await ours.query('drop schema traffic, opt_out_adoption cascade');
        await theirs.query('drop schema optout_lab cascade');
        assert.deepEqual(await describeCatalog(ours), await describeCatalog(theirs));
      } finally {
        await theirs.end();
        await ours.end();
      }
    } finally {
      await migrated.drop();
      await adopted.drop();
    }
  });
});
