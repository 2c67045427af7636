import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { applyDesign, designNamed } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { giveAway, makeProfiles, messagesTable, report, send } from './testing.ts';

/* What a report does where policies hide rows from the owner: it is stored with all that follows, or not at all. */

const byDefault = designNamed('blocked_contacts');

for (const design of testedDesigns()) {
  describe(`row-level security on the owner's tables, design ${design.name}`, () => {
    let database: TestDatabase;
    let admin: pg.Client;
    let plain: TestRole;
    before(async () => {
      database = await createTestDatabase();
      admin = await database.connect();
      plain = await createTestRole(database, admin);
      await applyDesign(database.url, admin, design);
    });
    after(async () => {
      await admin.query('rollback');
      await plain.drop();
      await applyDesign(database.url, admin, byDefault);
      await admin.end();
      await database.drop();
    });

    for (const hidden of [
      'messages',
      'delivery_reports',
      ...(design.keeps.includes('opt_outs') ? ['opt_outs'] : []),
    ]) {
      it(`never stores a 21610 and forgets it: a policy hides ${hidden}`, async () => {
        const table = hidden === 'messages' ? await messagesTable(admin) : hidden;
        await admin.query('begin');
        await giveAway(admin, plain.name);
        const phone = '+12025550100';
        const profiles = await makeProfiles(admin, 4);
        const isMoved = hidden === 'delivery_reports';
        const messages: string[] = [];
        for (const profile of profiles.slice(0, 3)) {
          messages.push(await send(admin, isMoved ? '+12025550101' : phone, profile));
        }
        await admin.query(`alter table ${table} enable row level security`);
        await admin.query(`alter table ${table} force row level security`);
        await admin.query(`create policy hidden on ${table} for select using (false)`);
        await admin.query(`create policy written on ${table} for insert with check (true)`);
        let errors = 0;
        for (const message of messages) {
          errors += await failsAlone(admin, () => report(admin, message));
          if (isMoved) {
            errors += await failsAlone(admin, () =>
              admin.query('update outbound_messages set to_number = $2 where id = $1', [
                message,
                phone,
              ]),
            );
          }
        }
        const fourth = await failsAlone(admin, () =>
          admin.query(
            `insert into outbound_messages (profile_id, to_number, body) values ($1, $2, 'fourth')`,
            [profiles[3], phone],
          ),
        );
        assert.ok(errors > 0 || fourth > 0, 'all was accepted, and the fourth message as well');
        await admin.query('rollback');
      });
    }
  });
}

/** 1 where it fails, and is undone; 0 where it goes through. */
async function failsAlone(client: pg.Client, work: () => Promise<unknown>): Promise<number> {
  await client.query('savepoint alone');
  try {
    await work();
    return 0;
  } catch {
    await client.query('rollback to savepoint alone');
    return 1;
  }
}
