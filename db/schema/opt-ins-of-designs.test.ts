import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectAccepted, expectRefused } from '../conformance/expect.ts';
import { applyDesign, designNamed } from '../designs.ts';
import { skipDesign } from '../testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { makeProfiles, report, send, sessionOf } from './testing.ts';

/* Opt-ins from before a design is laid over the schema, from while it is there, and when it is taken away. */

const byDefault = designNamed('blocked_contacts');

for (const design of testedDesigns()) {
  describe(`opt-ins and design ${design.name}`, { skip: await skipDesign(design) }, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let app: pg.Client;
    let profiles: readonly string[];
    const [earlier, anew, under] = ['+12025550100', '+12025550101', '+12025550102'];
    const [everywhere, later, kept] = ['+12025550103', '+12025550104', '+12025550105'];

    const optOut = async (client: pg.Client, phone: string): Promise<void> => {
      const messages: string[] = [];
      for (const profile of profiles) messages.push(await send(client, phone, profile));
      for (const message of messages) await report(client, message);
    };
    const optIn = (phone: string): Promise<unknown> =>
      owner.query('select opt_in($1, $2)', [phone, profiles[0]]);
    const again = async (client: pg.Client, phone: string): Promise<void> =>
      report(client, await send(client, phone, profiles[0]));

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      profiles = await makeProfiles(owner, 3);
      for (const phone of [earlier, anew, under, everywhere, later, kept]) {
        await optOut(owner, phone);
      }
      for (const phone of [earlier, anew]) await optIn(phone);
      await again(owner, anew);
      await applyDesign(database.url, owner, design);
      app = await sessionOf(database, design);
    });
    after(async () => {
      await app.end();
      await owner.end();
      await database.drop();
    });

    it('are honoured by it, and it honours more', async () => {
      await expectAccepted('opted in before', send(app, earlier, profiles[0]));
      await expectRefused('reported anew before', send(app, anew, profiles[0]));
      await expectRefused('never opted in', send(app, kept, profiles[0]));
      for (const phone of [under, later]) {
        await optIn(phone);
        await expectAccepted('opted in since', send(app, phone, profiles[0]));
      }
      await owner.query('select opt_in_everywhere($1)', [everywhere]);
      await expectAccepted('opted in everywhere', send(app, everywhere, profiles[0]));
      await again(app, later);
      await expectRefused('reported anew since', send(app, later, profiles[0]));
    });

    it('stay when it is taken away, and nothing differs from what the reports say', async () => {
      await applyDesign(database.url, owner, byDefault);
      for (const phone of [earlier, under, everywhere]) {
        await expectAccepted(phone, send(owner, phone, profiles[0]));
      }
      for (const phone of [anew, later, kept]) {
        await expectRefused(phone, send(owner, phone, profiles[0]));
      }
      const { rows } = await owner.query(
        `select phone, count(*)::integer as opt_outs, max(ordinal) < 3 or count(*) >= 3 as fits
         from opt_outs group by phone order by phone`,
      );
      assert.deepEqual(
        rows,
        [earlier, anew, under, later, kept].sort().map((phone) => ({
          phone,
          opt_outs: [anew, later, kept].includes(phone) ? 3 : 2,
          fits: true,
        })),
      );
      const { rows: differences } = await owner.query('select * from rederive_opt_outs()');
      assert.deepEqual(differences, []);
      await report(owner, await send(owner, earlier, profiles[0]));
      await expectRefused('reported anew at last', send(owner, earlier, profiles[0]));
    });
  });
}
