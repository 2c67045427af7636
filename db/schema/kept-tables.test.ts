import { strict as assert } from 'node:assert';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { applyDesign } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { expectStoppedByPolicy, isRefused, makeProfiles, report, send } from './testing.ts';

/* The table that a design keeps where the default keeps blocked_contacts: what it takes, and who reads all of it. */

const ofTheDefault = ['opt_outs', 'blocked_contacts'];

/** The indexes that a design has for its lookup beside the tables' own keys. */
const indexesOf: Readonly<Record<string, readonly string[]>> = {
  counter_partial_index: ['contact_opt_out_counts_blocked_idx'],
  reports_join_indexed: [
    'outbound_messages_to_number_idx',
    'delivery_reports_opted_out_message_idx',
  ],
};

for (const design of testedDesigns()) {
  const table = design.keeps.find((kept) => !ofTheDefault.includes(kept));
  if (table === undefined) continue;
  describe(`${table}, design ${design.name}`, () => {
    const phone = '+12025550100';
    let database: TestDatabase;
    let owner: pg.Client;
    let plain: TestRole;
    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      await applyDesign(database.url, owner, design);
      plain = await createTestRole(database, owner);
      await owner.query('begin');
      const messages: string[] = [];
      for (const profile of await makeProfiles(owner, 3)) {
        messages.push(await send(owner, phone, profile));
      }
      for (const message of messages) await report(owner, message);
      await owner.query('delete from delivery_reports'); // what it told is remembered
      await owner.query('commit');
    });
    afterEach(() => owner.query('rollback'));
    after(async () => {
      await plain.drop();
      await owner.end();
      await database.drop();
    });

    it('takes no null', async () => {
      const { rows: columns } = await owner.query<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0`,
        [table],
      );
      assert.ok(columns.length > 1);
      for (const { name } of columns) {
        await assert.rejects(owner.query(`update ${table} set ${name} = null`), { code: '23502' });
      }
    });

    it('is read as a whole by an opt-in and by a deletion, or not at all: a policy that hides rows from the owner stops them', async () => {
      const statements = [
        `insert into opt_ins (phone) values ('${phone}')`,
        ...(design.keeps.includes('opt_outs')
          ? [`delete from opt_outs where phone = '${phone}'`]
          : []),
      ];
      await owner.query('begin');
      await expectStoppedByPolicy(owner, plain.name, table, statements);
    });

    for (const index of indexesOf[design.name] ?? []) {
      it(`is beside ${index}, which a send to a blocked number reads`, async () => {
        const scans = async (): Promise<number> => {
          await owner.query('select pg_stat_force_next_flush()');
          const { rows } = await owner.query<{ scans: number }>(
            'select idx_scan::integer as scans from pg_stat_user_indexes where indexrelname = $1',
            [index],
          );
          return rows[0]?.scans ?? 0;
        };
        const before = await scans();
        assert.ok(await isRefused(owner, phone));
        assert.ok((await scans()) > before);
      });
    }

    if (design.keeps.includes('opt_outs')) {
      it('follows an opt-out that is deleted by a role that may do nothing else', async () => {
        assert.ok(await isRefused(owner, phone));
        await owner.query('begin');
        await owner.query(`grant select, delete on opt_outs to ${plain.name}`);
        await owner.query(`set local role ${plain.name}`);
        await owner.query(
          `delete from opt_outs where phone = $1
           and profile_id = (select profile_id from opt_outs where phone = $1 limit 1)`,
          [phone],
        );
        await owner.query('reset role');
        assert.equal(await isRefused(owner, phone), false);
      });
    }
  });
}
