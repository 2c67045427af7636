import { strict as assert } from 'node:assert';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { refusal } from '../contract.ts';
import { applyDesign, designNamed } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { makeProfiles, messagesTable, report, send, sessionOf } from './testing.ts';

/*
 * What a report does to the derived tables in real use: opt-outs deleted by hand, several deletions in
 * one statement, publications.
 */

const byDefault = designNamed('blocked_contacts');

for (const design of testedDesigns()) {
  describe(`reports under design ${design.name}`, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let app: pg.Client;
    let profiles: readonly string[];
    let numbers = 0;

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      app = await sessionOf(database, design);
      profiles = await makeProfiles(owner, 5);
    });
    after(async () => {
      await app.end();
      await applyDesign(database.url, owner, byDefault);
      await owner.end();
      await database.drop();
    });

    afterEach(() => owner.query('rollback')); // of a test that failed in a transaction

    const newPhone = (): string => `+1202555${String(numbers++).padStart(4, '0')}`;

    for (const [first, statement] of [
      [
        'reports',
        `with gone as (
           delete from delivery_reports where message_id = any ($1) returning message_id
         )
         delete from outbound_messages where id in (select message_id from gone)`,
      ],
      [
        'messages',
        `with gone as (delete from outbound_messages where id = any ($1) returning id)
         delete from delivery_reports where message_id in (select id from gone)`,
      ],
    ] as const) {
      it(`are kept when one statement deletes them and their messages, ${first} first`, async () => {
        const phone = newPhone();
        const messages = await optOut(app, phone, profiles.slice(0, 3));
        const { rowCount } = await app.query(statement, [messages]);
        assert.equal(rowCount, 3);
        assert.equal(await isRefused(app, phone), true);
      });
    }

    it('are kept when one statement deletes them and moves their messages', async () => {
      const phone = newPhone();
      const messages = await optOut(app, phone, profiles.slice(0, 3));
      await app.query(
        `with gone as (delete from delivery_reports where message_id = any ($1))
         update outbound_messages set to_number = $2 where id = any ($1)`,
        [messages, newPhone()],
      );
      assert.equal(await isRefused(app, phone), true);
    });

    it('count when they come before their message, or are refused', async () => {
      for (const foreignKey of ['deferred', 'absent'] as const) {
        await owner.query('begin');
        await owner.query(
          'alter table delivery_reports drop constraint delivery_reports_message_id_fkey',
        );
        if (foreignKey === 'deferred') {
          await owner.query(
            `alter table delivery_reports add constraint delivery_reports_message_id_fkey
             foreign key (message_id) references ${await messagesTable(owner)} (id)
             deferrable initially deferred`,
          );
        }
        const phone = newPhone();
        let refused = 0;
        for (const profile of profiles.slice(0, 3)) {
          const { rows } = await owner.query<{ id: string }>('select gen_random_uuid() as id');
          const id = rows[0]?.id;
          await owner.query('savepoint report');
          await report(owner, id).catch(async (error: unknown) => {
            assert.equal(codeOf(error), '23503');
            assert.match(
              String(error),
              /a 21610 needs its message, and message .* cannot be found/,
            );
            refused++;
            await owner.query('rollback to savepoint report');
          });
          await owner.query(
            `insert into outbound_messages (id, profile_id, to_number, body)
             values ($1, $2, $3, 'late')`,
            [id, profile, phone],
          );
        }
        // Once before, once as the owner's session is: policies do not bind it.
        const counts = refused === 0 && (await isRefused(owner, phone));
        assert.ok(refused === 3 || counts, `${foreignKey}: ${refused} of 3 were refused`);
        await owner.query('rollback');
      }
    });

    it('can be deleted, with all that is derived, while every table is published', async () => {
      await owner.query('create publication everything for all tables');
      try {
        const { rows } = await owner.query(
          `select p.tablename from pg_publication_tables as p
           join pg_class as c on c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass
           where not (
             c.relreplident = 'f'
             or exists (
               select from pg_index as i
               where i.indrelid = c.oid
                 and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident end
             )
           )`,
        );
        assert.deepEqual(rows, []);
        const phone = newPhone();
        const messages = await optOut(app, phone, profiles.slice(0, 3));
        if (design.keeps.includes('blocked_contacts')) {
          await owner.query('select * from set_opt_out_block_threshold(4)');
          assert.equal(await isRefused(app, phone), false);
          await owner.query('select * from set_opt_out_block_threshold(3)');
        }
        assert.equal(await isRefused(app, phone), true);
        await owner.query('delete from delivery_reports where message_id = any ($1)', [messages]);
        await owner.query('delete from outbound_messages where to_number = $1', [phone]);
        await owner.query(design.forgetSql, [[phone]]);
        assert.equal(await isRefused(app, phone), false);
      } finally {
        await owner.query('drop publication everything');
      }
    });
  });

  describe(`opt-outs deleted by hand, design ${design.name}`, () => {
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

    it('leave gaps that break nothing, and nothing differs when all is derived again', async () => {
      const [one, two, three, four] = await makeProfiles(owner, 4);
      assert.ok(
        one !== undefined && two !== undefined && three !== undefined && four !== undefined,
      );
      const [left, blocked, during] = ['+12025550001', '+12025550002', '+12025550003'];
      const [few, fewer] = ['+12025550004', '+12025550005']; // one is left, the last in order
      await optOut(owner, left, [one, two, three]);
      await forgetOne(owner, left, one);
      await optOut(owner, blocked, [one, two, three, four]);
      await forgetOne(owner, blocked, two);
      await optOut(owner, during, [one, two, three]);
      for (const phone of [few, fewer]) {
        await optOut(owner, phone, [one, two, three]);
        await forgetOne(owner, phone, one);
        await forgetOne(owner, phone, two);
      }
      await optOut(owner, fewer, [four]);
      assert.equal(await isRefused(owner, fewer), false, 'a second by the default');

      await applyDesign(database.url, owner, design);
      const app = await sessionOf(database, design);
      try {
        assert.equal(await isRefused(app, left), false, 'two are left');
        assert.equal(await isRefused(app, blocked), true, 'three are left');
        assert.equal(await isRefused(app, during), true, 'three');
        await forgetOne(owner, during, one);
        assert.equal(await isRefused(app, during), false, 'deleted under the design');
        await optOut(app, left, [four]);
        assert.equal(await isRefused(app, left), true, 'a third since');
        await optOut(app, few, [four]);
        assert.equal(await isRefused(app, few), false, 'a second since');
      } finally {
        await app.end();
      }
      await applyDesign(database.url, owner, byDefault);
      const { rows } = await owner.query('select * from rederive_opt_outs()');
      assert.deepEqual(rows, []);
      const refused = [];
      for (const phone of [left, blocked, during, few, fewer]) {
        refused.push(await isRefused(owner, phone));
      }
      assert.deepEqual(refused, [true, true, false, false, false]);
      const { rows: counts } = await owner.query(
        'select phone, count(*)::integer as profiles from opt_outs group by phone order by phone',
      );
      assert.deepEqual(counts, [
        { phone: left, profiles: 3 },
        { phone: blocked, profiles: 3 },
        { phone: during, profiles: 2 },
        { phone: few, profiles: 2 },
        { phone: fewer, profiles: 2 },
      ]);
    });
  });
}

/** Messages from these profiles, all sent before any of them was told 21610. */
async function optOut(
  client: pg.Client,
  phone: string,
  profiles: readonly string[],
): Promise<readonly string[]> {
  const messages: string[] = [];
  for (const profile of profiles) messages.push(await send(client, phone, profile));
  for (const message of messages) await report(client, message);
  return messages;
}

async function isRefused(client: pg.Client, phone: string): Promise<boolean> {
  try {
    await client.query('savepoint probe').catch(() => {}); // outside a transaction there is none
    await send(client, phone);
    return false;
  } catch (error) {
    assert.equal(codeOf(error), refusal.sqlState, String(error));
    return true;
  } finally {
    await client.query('rollback to savepoint probe').catch(() => {});
  }
}

/** As an operator would, whose contact texted START: the opt-out, its report, and a block without reason. */
async function forgetOne(client: pg.Client, phone: string, profile: string): Promise<void> {
  await client.query(
    `delete from delivery_reports where message_id in (
       select id from outbound_messages where to_number = $1 and profile_id = $2
     )`,
    [phone, profile],
  );
  await client.query('delete from opt_outs where phone = $1 and profile_id = $2', [phone, profile]);
  for (const [table, forget] of [
    [
      'contact_profiles',
      'update contact_profiles set profile_ids = array_remove(profile_ids, $2) where phone = $1',
    ],
    ['unreported_opt_outs', 'delete from unreported_opt_outs where phone = $1 and profile_id = $2'],
  ] as const) {
    const { rows } = await client.query('select where to_regclass($1) is not null', [table]);
    if (rows.length === 1) await client.query(forget, [phone, profile]);
  }
  await client.query(
    `delete from blocked_contacts as b
     where b.phone = $1 and (select count(*) from opt_outs as o where o.phone = $1) < 3`,
    [phone],
  );
}
