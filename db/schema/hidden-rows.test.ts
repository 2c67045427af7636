import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { applyDesign, designNamed } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { makeProfiles, messagesTable, report, send } from './testing.ts';

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
    'insert into opt_ins (phone) values (:phone)',
  ],
  opt_ins: [
    'select derive_blocked_contacts()',
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
});

/** All that is in public belongs to a role that is no superuser, and the session becomes it. */
async function giveAway(client: pg.Client, role: string): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('alter %s %s owner to %I',
       case relkind when 'v' then 'view' else 'table' end, oid::regclass, $1::text) as statement
     from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
     union all
     select format('alter function %s owner to %I', oid::regprocedure, $1::text)
     from pg_proc where pronamespace = 'public'::regnamespace`,
    [role],
  );
  await client.query(`grant create, usage on schema public to ${role}`);
  for (const { statement } of rows) await client.query(statement);
  await client.query(`set local role ${role}`);
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
