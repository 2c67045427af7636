import type pg from 'pg';
import { codeOf, messageOf, UserError } from '../cli/errors.ts';
import { formatCount } from '../cli/number-text.ts';
import { connect } from '../connection/connect.ts';
import { onlyRow } from '../connection/only-row.ts';
import { type Patience, waitForLock } from '../connection/wait-for-lock.ts';
import { withSession } from '../connection/with-session.ts';
import { readSql } from '../sql.ts';
import { insufficientPrivilege } from '../sqlstates.ts';
import { topologyOf } from '../topologies/topology.ts';
import { dbmate, dbmateOn, type MigrationSet } from './dbmate.ts';
import { migrationVersions } from './migration-texts.ts';

/** The schema that holds the lab's own bookkeeping; where it exists, the database is the lab's. */
export const labSchema = 'optout_lab';

const historyTable = `${labSchema}.schema_migrations`;

/** The migrations of the topology that a database has. */
async function migrationsFor(client: pg.Client): Promise<MigrationSet> {
  return { folder: (await topologyOf(client)).migrations, historyTable };
}

const lockTablesSql = readSql(new URL('./lock-tables.sql', import.meta.url));

/**
 * Applies the migrations that are missing, each in a transaction of its own. Where not even the
 * first could be applied, the bookkeeping goes too: the database is as it was.
 */
export async function migrateUp(url: string): Promise<void> {
  try {
    await dbmate(url, await withSession(connect(url), migrationsFor), 'migrate');
  } catch (error) {
    await withSession(connect(url), async (client) => {
      if ((await appliedMigrations(client)) === 0) await dropBookkeeping(url, client);
    });
    throw error;
  }
}

/**
 * Takes every migration back, and the lab's bookkeeping with them: what was there before is there again.
 * Each migration goes in a transaction of its own; so that none stays half gone because somebody uses
 * the tables, all of them must be free before the first goes.
 */
export async function migrateDown(
  url: string,
  client: pg.Client,
  patience?: Patience,
): Promise<void> {
  await waitForLock(url, client, () => client.query(lockTablesSql), { patience });
  await rollBackTo(url, client, 0);
  await dropBookkeeping(url, client);
}

/**
 * Takes back the migrations after a version, in a database whose rows stay: the schema of an older lab.
 *
 * @param version such as 20250101000003
 * @throws UserError where no migration has that version
 */
export async function migrateDownTo(
  url: string,
  client: pg.Client,
  version: string,
): Promise<void> {
  const versions = migrationVersions();
  const kept = versions.indexOf(version) + 1;
  if (kept === 0) {
    throw new UserError(`no migration ${version}: there are ${versions.join(', ')}`);
  }
  await rollBackTo(url, client, kept);
}

/** Takes migrations back, one at a time, until so many are left. */
async function rollBackTo(url: string, client: pg.Client, kept: number): Promise<void> {
  const migrations = await migrationsFor(client);
  const run = await dbmateOn(url);
  for (let left = await appliedMigrations(client); left > kept; ) {
    await run(migrations, 'rollback');
    const now = await appliedMigrations(client);
    if (now >= left) throw new Error(`dbmate took none of ${left} migrations back`);
    left = now;
  }
}

/** The tables that an application writes to and that hold any row, each with about how many. */
export async function tablesWithRows(client: pg.Client): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of ['profiles', 'outbound_messages', 'delivery_reports']) {
    const { rows } = await client.query<{ holds: boolean; about: string }>(
      `select exists (select 1 from public.${table}) as holds,
              greatest((select reltuples from pg_class where oid = $1::regclass), 0)::bigint as about`,
      [`public.${table}`],
    );
    if (rows[0]?.holds !== true) continue;
    const about = Number(rows[0].about);
    found.push(about > 0 ? `${table} (about ${formatCount(about)})` : table);
  }
  return found;
}

/** How many migrations the database has; 0 without a history. */
export async function appliedMigrations(client: pg.Client): Promise<number> {
  try {
    const history = await client.query<{ exists: boolean }>(
      'select to_regclass($1) is not null as exists',
      [historyTable],
    );
    if (!onlyRow(history).exists) return 0;
    const counted = await client.query<{ count: number }>(
      `select count(*)::integer as count from ${historyTable}`,
    );
    return onlyRow(counted).count;
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    throw new UserError(
      `this role may not use the lab in this database (${messageOf(error)}): connect as its owner`,
    );
  }
}

/**
 * Whether the schema is still there, for a command that has waited for others.
 *
 * @throws UserError where migrate:down has taken it back meanwhile
 */
export async function requireSchema(client: pg.Client): Promise<void> {
  if ((await appliedMigrations(client)) > 0) return;
  throw new UserError(
    'migrate:down has taken the schema back meanwhile: run the same command again, which makes it anew',
  );
}

/** Whether the server lets this role write in this database at all. Throws a UserError where it does not. */
export async function requireWritable(client: pg.Client): Promise<void> {
  const answer = await client
    .query<{ readOnly: boolean; mayCreate: boolean; role: string }>(
      `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "readOnly",
            has_database_privilege(current_database(), 'create')
              and coalesce(has_schema_privilege('public', 'create'), false) as "mayCreate",
            current_user as role`,
    )
    .catch((error: unknown) => {
      throw new UserError(`cannot look at the database: ${messageOf(error)}`);
    });
  const found = onlyRow(answer);
  if (found.readOnly) {
    throw new UserError('the server is read-only (a standby, or default_transaction_read_only)');
  }
  if (!found.mayCreate) {
    throw new UserError(
      `role "${found.role}" may not create schemas and tables in this database: ` +
        'grant it create on the database and on schema public',
    );
  }
}

async function dropBookkeeping(url: string, client: pg.Client): Promise<void> {
  await waitForLock(url, client, () => client.query(`drop schema if exists ${labSchema} cascade`));
}
