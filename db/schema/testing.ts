import { strict as assert } from 'node:assert';
import type pg from 'pg';
import { failureOf, isRefusal } from '../contract.ts';
import type { Design } from '../designs.ts';
import type { TestDatabase } from '../testing/test-database.ts';

/** A session as an application has it under the design. */
export async function sessionOf(database: TestDatabase, design: Design): Promise<pg.Client> {
  const client = await database.connect();
  if (design.sessionSql !== undefined) await client.query(design.sessionSql);
  return client;
}

/** New profiles' ids. */
export async function makeProfiles(client: pg.Client, count: number): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    `insert into profiles (name) select 'reports' from generate_series(1, $1) returning id`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/** Sends a message and returns its id. */
export async function send(client: pg.Client, phone: string, profile?: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into outbound_messages (profile_id, to_number, body)
     values ($1, $2, 'reports') returning id`,
    [profile ?? null, phone],
  );
  const id = rows[0]?.id;
  assert.ok(id !== undefined);
  return id;
}

/** Stores a 21610 for a message. */
export async function report(client: pg.Client, message: string | undefined): Promise<void> {
  await client.query(
    `insert into delivery_reports (message_id, event_type, error_code) values ($1, 'failed', 21610)`,
    [message],
  );
}

/** Says 21610 of the reports that a message has: once more, or where they had no code, or another. */
export async function reportAgain(client: pg.Client, message: string | undefined): Promise<void> {
  await client.query('update delivery_reports set error_code = 21610 where message_id = $1', [
    message,
  ]);
}

/** A number's opt-outs in the order of their ordinals: each one's profile, as a place in a list, and ordinal. */
export async function ordinalsOf(
  client: pg.Client,
  phone: string,
  profiles: readonly string[],
): Promise<readonly (readonly [number, number])[]> {
  const { rows } = await client.query<{ profile_id: string; ordinal: number }>(
    'select profile_id, ordinal from opt_outs where phone = $1 order by ordinal',
    [phone],
  );
  return rows.map((row) => [profiles.indexOf(row.profile_id), row.ordinal]);
}

/** Whether a message to the number is refused. One that is not stays there. */
export async function isRefused(
  client: pg.Client,
  phone: string,
  profile?: string,
): Promise<boolean> {
  try {
    await send(client, phone, profile);
    return false;
  } catch (error) {
    assert.ok(isRefusal(failureOf(error)), String(error));
    return true;
  }
}

/** The table that messages are stored in: under a design that puts a view in front, another one. */
export async function messagesTable(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select coalesce(to_regclass('public.outbound_messages_stored'), 'public.outbound_messages')::text as name`,
  );
  const name = rows[0]?.name;
  assert.ok(name !== undefined);
  return name;
}

/** All that is in public belongs to a role that is no superuser, and the session becomes it. */
export async function giveAway(client: pg.Client, role: string): Promise<void> {
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

/**
 * Holds statements to go through for a role that owns everything, and to fail (42501) as soon as policies hide
 * the rows of a table from it: it is the policy that stops them, then, and no right that is missing. In a
 * transaction, which is left open.
 */
export async function expectStoppedByPolicy(
  client: pg.Client,
  role: string,
  table: string,
  statements: readonly string[],
): Promise<void> {
  const undone = async (work: () => Promise<unknown>): Promise<void> => {
    await client.query('savepoint undone');
    await work();
    await client.query('rollback to savepoint undone');
  };
  await giveAway(client, role);
  for (const statement of statements) await undone(() => client.query(statement));
  await client.query(`alter table ${table} enable row level security`);
  await client.query(`alter table ${table} force row level security`);
  await client.query(`create policy written on ${table} for insert with check (true)`);
  for (const statement of statements) {
    await undone(() => assert.rejects(client.query(statement), { code: '42501' }, statement));
  }
}

/**
 * Whether a design records opt-outs in the table of that name, in their order: then reports, moves and opt-ins
 * wait for each other as under the default. A design whose sessions are set up otherwise differs in sends alone.
 */
export const recordsInOrder = ({ keeps, keepsOrder, sessionSql }: Design): boolean =>
  keeps.includes('opt_outs') && keepsOrder && sessionSql === undefined;

/** Whether a design stores an opt-out when it is reported; one that does not reads the reports at every send. */
export const recordsWhenReported = ({ keeps }: Design): boolean =>
  !keeps.includes('unreported_opt_outs');
