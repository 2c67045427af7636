import { strict as assert } from 'node:assert';
import { after, afterEach, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { refusal } from '../contract.ts';
import { applyDesign, type Design, designNamed, listDesigns } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, type TestRole } from '../testing/test-role.ts';

/*
 * What a report does to the derived tables in real use: rows that cannot be seen, opt-outs deleted by
 * hand, several deletions in one statement, plans from when tables were small, publications.
 */

const byDefault = designNamed('blocked_contacts');

for (const design of listDesigns()) {
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

    it('scan no table, in a session that reported while all of them were small', async () => {
      const quick = await createTestDatabase();
      try {
        await scanNothing(quick, design);
      } finally {
        await quick.drop();
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

async function sessionOf(database: TestDatabase, design: Design): Promise<pg.Client> {
  const client = await database.connect();
  if (design.sessionSql !== undefined) await client.query(design.sessionSql);
  return client;
}

async function makeProfiles(client: pg.Client, count: number): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    `insert into profiles (name) select 'reports' from generate_series(1, $1) returning id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

async function send(client: pg.Client, phone: string, profile?: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into outbound_messages (profile_id, to_number, body)
     values ($1, $2, 'reports') returning id`,
    [profile ?? null, phone],
  );
  const id = rows[0]?.id;
  assert.ok(id !== undefined);
  return id;
}

async function report(client: pg.Client, message: string | undefined): Promise<void> {
  await client.query(
    `insert into delivery_reports (message_id, event_type, error_code) values ($1, 'failed', 21610)`,
    [message],
  );
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

async function messagesTable(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select coalesce(to_regclass('public.outbound_messages_stored'), 'public.outbound_messages')::text as name`,
  );
  const name = rows[0]?.name;
  assert.ok(name !== undefined);
  return name;
}

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

/**
 * Reports and moves in a session whose plans are from when the tables were empty and analysed, or had a
 * row. Without the foreign key and the checks of sends and moves, whose plans are not the reports'.
 */
async function scanNothing(database: TestDatabase, design: Design): Promise<void> {
  const owner = await database.connect();
  await applyDesign(database.url, owner, design);
  await owner.query(design.checkOffSql);
  const reporter = await sessionOf(database, design);
  try {
    const messages = await messagesTable(owner);
    const own = design.keeps.filter((name) => !name.endsWith('_idx'));
    const tables = [
      ...new Set([messages, 'delivery_reports', 'opt_outs', 'blocked_contacts', ...own]),
    ];
    for (const table of tables)
      await owner.query(`alter table ${table} set (autovacuum_enabled = off)`);
    await owner.query(
      'alter table delivery_reports drop constraint delivery_reports_message_id_fkey',
    );
    await owner.query(
      `alter table ${messages} disable trigger outbound_messages_refuse_blocked_update`,
    );
    const profiles = await makeProfiles(owner, 4);
    await owner.query('analyze');
    const past = async (phone: string): Promise<void> => {
      const made: string[] = [];
      for (const profile of profiles) made.push(await send(owner, phone, profile));
      for (const message of [...made, ...made]) await report(reporter, message);
      for (const message of made) {
        await reporter.query('update outbound_messages set to_number = $2 where id = $1', [
          message,
          `${phone}9`,
        ]);
      }
      await reporter.query('delete from delivery_reports where message_id = $1', [made[0]]);
    };
    for (let time = 0; time < 8; time++) await past(`+1202555010${time}`);

    await owner.query('set session_replication_role = replica');
    await owner.query(
      `insert into ${messages} (profile_id, to_number, body)
       select $1, '+1303' || (1000000 + n), 'many' from generate_series(1, 20000) as n`,
      [profiles[0]],
    );
    await owner.query(
      `insert into delivery_reports (message_id, event_type, error_code)
       select id, 'failed', 21610 from ${messages} where body = 'many'`,
    );
    for (const table of tables.slice(2)) {
      const rest: Readonly<Record<string, string>> = {
        opt_outs: `, '${profiles[0]}', 1`,
        unreported_opt_outs: `, '${profiles[0]}'`,
        contact_profiles: `, array['${profiles[0]}'::uuid]`,
        contact_opt_out_counts: ', 1',
        blocked_contacts: '',
      };
      await owner.query(
        `insert into ${table} select '+1303' || (1000000 + n)${rest[table]}
         from generate_series(1, 20000) as n on conflict do nothing`,
      );
    }
    await owner.query('set session_replication_role = origin');

    const scans = async (): Promise<unknown> => {
      for (const client of [owner, reporter])
        await client.query('select pg_stat_force_next_flush()');
      const { rows } = await owner.query(
        `select relname, seq_scan from pg_stat_user_tables
         where relid = any ($1::regclass[]::oid[]) order by relname`,
        [tables.filter((table) => table !== 'delivery_reports')],
      );
      return rows;
    };
    // The delete by message_id reads delivery_reports from end to end, whoever wrote it.
    const before = await scans();
    const made: string[] = [];
    await owner.query('set enable_seqscan = off');
    await owner.query(`alter table ${messages} disable trigger user`);
    for (const profile of profiles) made.push(await send(owner, '+12025550200', profile));
    await owner.query(`alter table ${messages} enable trigger user`);
    await owner.query(
      `alter table ${messages} disable trigger outbound_messages_refuse_blocked_update`,
    );
    for (const message of [...made, ...made]) await report(reporter, message);
    for (const message of made) {
      await reporter.query('update outbound_messages set to_number = $2 where id = $1', [
        message,
        '+12025550201',
      ]);
    }
    await reporter.query('delete from delivery_reports where message_id = $1', [made[0]]);
    assert.deepEqual(await scans(), before);
  } finally {
    await reporter.end();
    await owner.query(design.checkOnSql);
    await applyDesign(database.url, owner, byDefault);
    await owner.end();
  }
}
