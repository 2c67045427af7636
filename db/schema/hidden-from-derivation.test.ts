import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { giveAway, makeProfiles, report, send } from './testing.ts';

/* What derives from a table, or opts in, where a policy hides rows of it from the owner: it stops. */

/** What reads a table, and so must not take what a policy shows for all that there is. */
const readers: Readonly<Record<string, readonly string[]>> = {
  outbound_messages: ['select rederive_opt_outs()'],
  delivery_reports: ['select rederive_opt_outs()'],
  opt_outs: [
    'select differing_blocks()',
    'select derive_blocked_contacts()',
    'select set_opt_out_block_threshold(4)',
    'select rederive_opt_outs()',
    'select number_opt_outs(:phone)',
    'select opt_in(:phone, :profile)',
    'select opt_in_everywhere(:phone)',
    'insert into opt_ins (phone) values (:phone)',
  ],
  blocked_contacts: [
    'select differing_blocks()',
    'select derive_blocked_contacts()',
    'select lock_block(:phone)',
    'select opt_in(:phone, :profile)',
    'select opt_in_everywhere(:phone)',
    'insert into opt_ins (phone) values (:phone)',
  ],
  opt_ins: [
    'select rederive_opt_outs()',
    'select opt_in(:phone, :profile)',
    'select opt_in_everywhere(:phone)',
    `select is_covered(:phone, :profile, 'any')`,
    'update delivery_reports set error_code = 21610 where message_id = :message',
    'update outbound_messages set profile_id = (select id from profiles where id <> :profile limit 1) where id = :message',
  ],
};

describe('a policy that hides rows from the owner', () => {
  let database: TestDatabase;
  let admin: pg.Client;
  let plain: TestRole;
  before(async () => {
    database = await createTestDatabase();
    admin = await database.connect();
    plain = await createTestRole(database, admin);
  });
  after(async () => {
    await plain.drop();
    await admin.end();
    await database.drop();
  });

  for (const [table, statements] of Object.entries(readers)) {
    it(`stops whatever would read ${table}`, async () => {
      await admin.query('begin');
      const phone = '+12025550100';
      const [profile, second] = await makeProfiles(admin, 2);
      const message = await send(admin, phone, profile);
      const values: Readonly<Record<string, string | undefined>> = {
        ':phone': phone,
        ':profile': profile,
        ':message': message,
      };
      await report(admin, message);
      await report(admin, await send(admin, phone, second));
      await admin.query('select opt_in($1, $2)', [phone, second]);
      await giveAway(admin, plain.name);
      await admin.query(`alter table ${table} enable row level security`);
      await admin.query(`alter table ${table} force row level security`);
      try {
        for (const statement of statements) {
          const text = statement.replace(/:\w+/g, (name) => `'${values[name]}'`);
          await admin.query('savepoint hidden');
          await assert.rejects(admin.query(text), { code: '42501' }, statement);
          await admin.query('rollback to savepoint hidden');
        }
      } finally {
        await admin.query('rollback');
      }
    });
  }

  it('stops an opt-in that a row is hidden from, though those that block are seen', async () => {
    await admin.query('begin');
    const phone = '+12025550101';
    const profiles = await makeProfiles(admin, 4);
    const messages: string[] = [];
    for (const profile of profiles) messages.push(await send(admin, phone, profile));
    for (const message of messages) await report(admin, message);
    await giveAway(admin, plain.name);
    await admin.query('alter table opt_outs enable row level security');
    await admin.query('alter table opt_outs force row level security');
    await admin.query(`create policy shown on opt_outs using (profile_id <> '${profiles[3]}')`);
    try {
      await assert.rejects(
        admin.query('insert into opt_ins (phone, profile_id) values ($1, $2)', [
          phone,
          profiles[3],
        ]),
        { code: '42501' },
      );
    } finally {
      await admin.query('rollback');
    }
  });
});
