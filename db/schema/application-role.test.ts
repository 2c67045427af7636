import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { after, before, describe, it } from 'node:test';
import { loadModule } from 'libpg-query';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { codeOf, messageOf } from '../cli/errors.ts';
import { expectAccepted, expectRefused } from '../conformance/expect.ts';
import { connect } from '../connection/connect.ts';
import { refusal } from '../contract.ts';
import { applyDesign, designNamed } from '../designs.ts';
import { readSql } from '../sql.ts';
import { skipDesign } from '../testing/skip-design.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { createTestRole, documentedGrants, type TestRole } from '../testing/test-role.ts';
import { testedDesigns } from '../testing/tested-designs.ts';
import { unqualifiedNames } from './unqualified-names.ts';

/*
 * What an application's role with the rights that docs/schema.md gives it can do, and what it cannot:
 * for every design, logged in as that role. It is given more than it needs to attack with: a schema
 * of its own and the right to make temporary tables.
 */

before(() => loadModule());

const privilegesSql = readSql(new URL('./privileges.test.sql', import.meta.url));
const blocked = '+12015550001';

/**
 * Puts what the attacker made in front of everything that an insert might look up: functions and
 * operators of the types and arguments that the checks use, each with the answer that would let go.
 */
const shadows = [
  'set search_path = attacker, pg_temp, public, pg_catalog',
  `create or replace function attacker.opt_out_block_threshold() returns integer return 1000`,
  `create or replace function attacker.longest_to_number() returns integer return 1000000`,
  `create or replace function attacker.uuidv7() returns uuid return gen_random_uuid()`,
  `create or replace function attacker.octet_length(text) returns integer return 0`,
  `create or replace function attacker.cardinality(uuid[]) returns integer return 0`,
  `create or replace function attacker.substr(text, integer) returns text return ''`,
  `create or replace function attacker.phone_number(text) returns bigint return 0`,
  `create or replace function attacker.refuse_message(text, uuid default null) returns boolean return true`,
  `create or replace function attacker.message_may_go(text, uuid) returns boolean return true`,
  `create or replace function attacker.is_blocked_contact(text) returns boolean return false`,
  ...['uuid', '"any"'].map(
    (type) =>
      `create or replace aggregate attacker.count(${type}) (sfunc = int8inc_any, stype = int8, initcond = '-9')`,
  ),
  `create or replace aggregate attacker.count(*) (sfunc = int8inc, stype = int8, initcond = '-9')`,
  ...[
    ['=', 'text', 'text'],
    ['=', 'bigint', 'bigint'],
    ['=', 'integer', 'integer'],
    ['=', 'uuid', 'uuid'],
    ['>=', 'integer', 'integer'],
    ['>=', 'bigint', 'integer'],
    ['>', 'integer', 'integer'],
    ['<', 'integer', 'integer'],
    ['~', 'text', 'text'],
    ['=', 'name', 'text'],
    ['@>', 'uuid[]', 'uuid[]'],
  ].flatMap(([operator, left, right]) => [
    `create or replace function attacker.never(${left}, ${right}) returns boolean return false`,
    `create operator attacker.${operator} (leftarg = ${left}, rightarg = ${right}, function = attacker.never)`,
  ]),
  ...['integer', 'text'].flatMap((right) => [
    `create or replace function attacker.joined(text, ${right}) returns text return 'attack'`,
    `create operator attacker.|| (leftarg = text, rightarg = ${right}, function = attacker.joined)`,
  ]),
  `create or replace function attacker.always(text, text) returns boolean return true`,
  'create operator attacker.<> (leftarg = text, rightarg = text, function = attacker.always)',
  `create or replace function attacker.one(integer, integer) returns integer return 1`,
  'create operator attacker.+ (leftarg = integer, rightarg = integer, function = attacker.one)',
  `create or replace function attacker.row_security_active(oid) returns boolean return true`,
  `create or replace function attacker.row_security_active(text) returns boolean return true`,
  `create domain attacker.text as pg_catalog.text`,
  `create collation attacker."und-x-icu" (provider = libc, locale = 'C')`,
  `create collation attacker."C" (provider = libc, locale = 'C')`,
  'create table attacker.blocked_contacts (phone pg_catalog.text)',
  'create table attacker.opt_outs (phone pg_catalog.text, profile_id uuid, ordinal integer)',
  'create table attacker.outbound_messages (id uuid)',
  ...[
    'blocked_contacts',
    'opt_outs',
    'new_messages',
    'pg_class',
    'contact_profiles',
    'contact_opt_out_counts',
    'unreported_opt_outs',
    'outbound_messages_stored',
    'delivery_reports',
  ].map(
    (table) => `create temporary table ${table} (phone pg_catalog.text, to_number pg_catalog.text)`,
  ),
];

const insertInto = (table: string): string =>
  `insert into ${table} (to_number, body) values ('${blocked}', 'attack')`;
const insert = insertInto('public.outbound_messages');

/**
 * Ways round the check that end in a message to a blocked number: each must be refused as any other
 * message is, or denied for want of a right. The last statement is the one that must fail.
 */
const waysRound: Readonly<Record<string, readonly string[]>> = {
  'an insert': [insert],
  'shadowed tables, functions and operators': [...shadows, insert],
  'a role that skips triggers': ['set session_replication_role = replica', insert],
  'triggers disabled': ['alter table public.outbound_messages disable trigger all', insert],
  'row security switched off': ['set row_security = off', insert],
  'row security altered': ['alter table public.outbound_messages disable row level security'],
  'the check dropped': [
    'drop trigger outbound_messages_refuse_blocked_insert on public.outbound_messages',
  ],
  'the refusal replaced': [
    `create or replace function public.refuse_blocked_contact() returns trigger
     language plpgsql as 'begin return new; end'`,
  ],
  'the threshold replaced': [
    'create or replace function public.opt_out_block_threshold() returns integer return 1000',
  ],
  'the threshold set': ['select public.set_opt_out_block_threshold(1000)'],
  'a rule': [`create rule attack as on insert to public.outbound_messages do instead nothing`],
  'a table that inherits': ['create table attacker.child () inherits (public.outbound_messages)'],
  'an insert that ignores conflicts': [`${insert} on conflict do nothing`],
  'an upsert': [`${insert} on conflict (id) do update set to_number = excluded.to_number`],
  'an update of an accepted message': [
    insert.replace(blocked, '+12015550002'),
    `update public.outbound_messages set to_number = '${blocked}'`,
  ],
  'a merge': [
    `merge into public.outbound_messages using (values (1)) as one (n) on false
     when not matched then insert (to_number, body) values ('${blocked}', 'attack')`,
  ],
  'a prepared statement': [
    `prepare attack as ${insert.replace(`'${blocked}'`, '$1')}`,
    `execute attack ('+12015550003')`,
    `execute attack ('+12015550003')`,
    `execute attack ('+12015550003')`,
    `execute attack ('+12015550003')`,
    `execute attack ('+12015550003')`,
    `execute attack ('+12015550003')`,
    `execute attack ('${blocked}')`,
  ],
  'a statement inside another': [`with attack as (${insert} returning 1) select * from attack`],
  'a function of its own': [
    `create function attacker.send() returns void language sql as $$ ${insert} $$`,
    'select attacker.send()',
  ],
  'a view of its own': [
    `create view attacker.messages as select * from public.outbound_messages`,
    insertInto('attacker.messages'),
  ],
  'a type of its own that casts to text': [
    'create type attacker.phone as (number text)',
    `create function attacker.text(attacker.phone) returns text return ($1).number`,
    'create cast (attacker.phone as text) with function attacker.text(attacker.phone) as assignment',
    insert.replace(`'${blocked}'`, `row('${blocked}')::attacker.phone`),
  ],
  'settings of the planner': [
    'set enable_indexscan = off',
    'set enable_indexonlyscan = off',
    'set enable_bitmapscan = off',
    'set enable_seqscan = off',
    'set plan_cache_mode = force_generic_plan',
    'set transform_null_equals = on',
    insert,
  ],
  'an old snapshot of its own making': [
    'begin isolation level repeatable read',
    'savepoint one',
    insert,
  ],
};

/** What would unblock a number, forge an opt-out, or read what is not the application's to read. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  'delete from blocked_contacts': ['delete from public.blocked_contacts'],
  'insert into blocked_contacts': [`insert into public.blocked_contacts values ('+12015550009')`],
  'update blocked_contacts': [`update public.blocked_contacts set phone = 'gone'`],
  'truncate blocked_contacts': ['truncate public.blocked_contacts'],
  'lock blocked_contacts': ['begin', 'lock table public.blocked_contacts in access exclusive mode'],
  'delete from opt_outs': ['delete from public.opt_outs'],
  'insert into opt_outs': [
    `insert into public.opt_outs values ('+12015550009', gen_random_uuid(), 1)`,
  ],
  'read opt_outs': ['select from public.opt_outs'],
  'count opt_outs': ['select count(*) from public.opt_outs'],
  'copy opt_outs': ['copy public.opt_outs to stdout'],
  'read opt_outs through a view': [
    'create view attacker.peek as select * from public.opt_outs',
    'select * from attacker.peek',
  ],
  'read opt_outs through a foreign key': [
    'create table attacker.probe (phone text, profile_id uuid, foreign key (phone, profile_id) references public.opt_outs (phone, profile_id))',
  ],
  'read reports': ['select error_code from public.delivery_reports'],
  'change a report': ['update public.delivery_reports set error_code = null'],
  'delete a report': ['delete from public.delivery_reports'],
  'delete a message': ['delete from public.outbound_messages'],
  'read messages': ['select body from public.outbound_messages'],
  'derive again': ['select public.rederive_opt_outs()'],
  'derive blocks': ['select public.derive_blocked_contacts()'],
  'hold the reporters': ['select public.hold_opt_outs()'],
  'become the owner': ['set role __owner__'],
  'log in as the owner': ['set session authorization __owner__'],
  'grant itself more': [
    'grant select on public.opt_outs to __role__',
    'select from public.opt_outs',
  ],
  'make something in public': ['create table public.mine ()'],
  'drop the schema': ['drop schema public cascade'],
};

for (const design of testedDesigns()) {
  const skip = await skipDesign(design);
  describe(`an application's role, design ${design.name}`, { skip }, () => {
    let database: TestDatabase;
    let owner: pg.Client;
    let role: TestRole;
    let app: pg.Client;
    let attacker: pg.Client;
    const profiles: string[] = [];

    before(async () => {
      database = await createTestDatabase();
      owner = await database.connect();
      role = await createTestRole(database, owner);
      // rights are given before another design comes, as in an application that is there already
      await owner.query(documentedGrants(role.name));
      await owner.query(`create schema attacker authorization ${role.name}`);
      await applyDesign(database.url, owner, design);
      for (const need of design.needs) await owner.query(`grant ${need} to ${role.name}`);
      const made = await owner.query<{ id: string }>(
        `insert into profiles (name) select 'application' from generate_series(1, 3) returning id`,
      );
      profiles.push(...made.rows.map(({ id }) => id));
      app = await connect(role.url);
      attacker = await connect(role.url);
    });
    after(async () => {
      await app.end();
      await attacker.end();
      await role.drop();
      await applyDesign(database.url, owner, designNamed('blocked_contacts'));
      await owner.end();
      await database.drop();
    });

    it('sends, reports, and is refused after three', async () => {
      for (const profile of profiles) {
        const sent = await app.query<{ id: string }>(
          `insert into outbound_messages (profile_id, to_number, body)
           values ($1, $2, 'application') returning id`,
          [profile, blocked],
        );
        await app.query(
          `insert into delivery_reports (message_id, event_type, error_code)
           values ($1, 'failed', 21610)`,
          [sent.rows[0]?.id],
        );
      }
      await expectRefused('after three', app.query(insert));
      await expectAccepted('another number', app.query(insert.replace(blocked, '+12015550004')));
    });

    it('has the rights of docs/schema.md and those that the design names, and no others', async () => {
      const { rows } = await owner.query<{ line: string }>(privilegesSql, [role.name]);
      const harmless = await harmlessFunctions(owner);
      assert.deepEqual(
        rows.map(({ line }) => line).filter((line) => !harmless.includes(line)),
        [
          'insert on delivery_reports',
          'insert on outbound_messages',
          'select (id) on delivery_reports',
          'select (id) on outbound_messages',
          ...design.needs.map((need) => need.replace('on function', 'on')),
        ].sort(),
      );
    });

    it('cannot send to a blocked number, whichever way it goes', async () => {
      for (const [way, statements] of Object.entries(waysRound)) {
        await fails(way, statements, [refusal.sqlState, ...denials]);
      }
    });

    it('cannot send to a blocked number by COPY', async () => {
      const copied = pipeline(
        Readable.from([`+12015550005\tfree\n${blocked}\tattack\n`]),
        app.query(copyFrom('copy public.outbound_messages (to_number, body) from stdin')),
      );
      await assert.rejects(copied, (error) => {
        assert.ok([refusal.sqlState, ...denials].includes(codeOf(error) ?? ''), String(error));
        return true;
      });
      await unchanged();
    });

    it('cannot unblock, forge an opt-out, or read what is not its own', async () => {
      for (const [what, statements] of Object.entries(forbidden)) {
        const texts = statements.map((text) =>
          text.replace('__owner__', owner.user ?? '').replace('__role__', role.name),
        );
        await fails(what, texts, denials);
      }
    });

    const needsToRead = design.needs.some((need) => need.startsWith('select'));
    it(`${needsToRead ? 'can' : 'cannot'} read blocked_contacts`, async () => {
      const read = app.query('select from public.blocked_contacts');
      if (needsToRead) await read;
      else await assert.rejects(read, { code: '42501' });
    });

    it('cannot attach the functions of the triggers to a table of its own', async () => {
      const { rows } = await owner.query<{ name: string }>(
        `select oid::regproc::text as name from pg_proc
         where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype`,
      );
      assert.ok(rows.length > 0);
      await app.query('create table attacker.bait (id uuid, message_id uuid, to_number text)');
      for (const { name } of rows) {
        await fails(
          name,
          [
            `create trigger bait after insert on attacker.bait for each row execute function ${name}()`,
          ],
          ['42501'],
        );
      }
    });

    it('is refused with the same fields, whatever stands in front of the schema', async () => {
      const plainly = await refusalOf(app, insert);
      await putShadows();
      const shadowed = await refusalOf(attacker, insert);
      await attacker.query('discard all');
      assert.deepEqual(shadowed, plainly);
      assert.deepEqual(plainly, {
        message: refusal.message,
        code: refusal.sqlState,
        detail: 'At least 3 distinct profiles were told 21610 for this number.',
        schema: 'public',
        table: 'outbound_messages',
        column: 'to_number',
      });
    });

    it('reports what counts, whatever stands in front of the schema', async () => {
      const phone = '+12015550006';
      await putShadows();
      for (const profile of profiles) {
        const insertMessage = `insert into public.outbound_messages (profile_id, to_number, body)
                               values ($1, $2, 'attack') returning id`;
        const sent = await attacker.query<{ id: string }>(insertMessage, [profile, phone]);
        await attacker.query(
          `insert into public.delivery_reports (message_id, event_type, error_code)
           values ($1, 'delivered', 21610), ($1, 'failed', 21610)`,
          [sent.rows[0]?.id],
        );
      }
      await attacker.query('discard all');
      await expectRefused('after three', app.query(insert.replace(blocked, phone)));
    });

    it('depends on no search_path in any function that an insert calls', async () => {
      const { rows } = await owner.query<{ name: string; body: string }>(
        `select oid::regprocedure::text as name, pg_get_functiondef(oid) as body from pg_proc
         where pronamespace = 'public'::regnamespace
           and prosqlbody is null
           and not coalesce(proconfig::text like '%search_path=pg_catalog, pg_temp%', false)`,
      );
      assert.ok(rows.length > 0, 'the default has one that pins nothing');
      const found = rows.map(({ name, body }) => [name, unqualifiedNames(body)] as const);
      assert.deepEqual(
        found.filter(([, names]) => names.length > 0),
        [],
      );
    });

    /** Puts the shadows in front of the attacker's session, in a schema that has nothing else. */
    async function putShadows(): Promise<void> {
      await owner.query('drop schema attacker cascade');
      await owner.query(`create schema attacker authorization ${role.name}`);
      for (const statement of shadows) await attacker.query(statement);
    }

    /** Runs statements in a clean session, of which the last or one before it must fail. */
    async function fails(
      what: string,
      statements: readonly string[],
      codes: readonly string[],
    ): Promise<void> {
      let failure: unknown;
      for (const statement of statements) {
        failure = undefined;
        try {
          await attacker.query(statement);
        } catch (error) {
          failure = error;
          assert.ok(codes.includes(codeOf(error) ?? ''), `${what}: ${messageOf(error)}`);
        }
      }
      assert.ok(failure !== undefined, `${what}: went through`);
      await attacker.query('rollback');
      await attacker.query('discard all');
      await unchanged();
    }

    /** What was blocked still is, and nothing was sent to it but what led to the block. */
    async function unchanged(): Promise<void> {
      await expectRefused('the blocked number', app.query(insert));
      const { rows } = await owner.query(
        `select (select count(*)::integer from outbound_messages where to_number = $1) as messages,
                (select count(*)::integer from delivery_reports where error_code = 21610) as reports`,
        [blocked],
      );
      assert.deepEqual(rows, [{ messages: 3, reports: 3 }]);
    }
  });
}

/**
 * insufficient_privilege; feature_not_supported and wrong_object_type, for what a view or row
 * security cannot do at all; undefined_object and in_failed_sql_transaction, after a denial.
 */
const denials = ['42501', '0A000', '42809', '42704', '25P02'];

/** What a refused statement tells its client. */
async function refusalOf(client: pg.Client, statement: string): Promise<unknown> {
  try {
    await client.query(statement);
  } catch (error) {
    assert.ok(error instanceof pg.DatabaseError);
    const { message, code, detail, schema, table, column } = error;
    return { message, code, detail, schema, table, column };
  }
  return assert.fail('it went through');
}

/** Functions that everybody may call, because they read nothing: neither of the owner's rights nor of a trigger. */
async function harmlessFunctions(owner: pg.Client): Promise<readonly string[]> {
  const { rows } = await owner.query<{ line: string }>(
    `select format('execute on %s', oid::regprocedure) as line from pg_proc
     where pronamespace = 'public'::regnamespace
       and not prosecdef and prorettype <> 'trigger'::regtype
       and has_function_privilege('public', oid, 'execute')`,
  );
  return rows.map(({ line }) => line);
}
