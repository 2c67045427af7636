import type pg from 'pg';
import { codeOf, messageOf, UserError } from '../cli/errors.ts';
import { connect } from '../connect.ts';
import { insufficientPrivilege } from '../sqlstates.ts';
import { dbmate, type MigrationSet } from './dbmate.ts';

/** The schema that holds the lab's own bookkeeping; where it exists, the database is the lab's. */
export const labSchema = 'optout_lab';

const schemaMigrations: MigrationSet = {
  folder: new URL('../migrations/', import.meta.url),
  historyTable: `${labSchema}.schema_migrations`,
};

/**
 * Applies the migrations that are missing, each in a transaction of its own. Where not even the
 * first could be applied, the bookkeeping goes too: the database is as it was.
 */
export async function migrateUp(url: string): Promise<void> {
  try {
    await dbmate(url, schemaMigrations, 'migrate');
  } catch (error) {
    const client = await connect(url);
    try {
      if ((await appliedMigrations(client)) === 0) await dropBookkeeping(client);
    } finally {
      await client.end();
    }
    throw error;
  }
}

/** Takes every migration back, and the lab's bookkeeping with them: what was there before is there again. */
export async function migrateDown(url: string, client: pg.Client): Promise<void> {
  while ((await appliedMigrations(client)) > 0) await dbmate(url, schemaMigrations, 'rollback');
  await dropBookkeeping(client);
}

/** How many migrations the database has; 0 without a history. */
export async function appliedMigrations(client: pg.Client): Promise<number> {
  try {
    const history = await client.query<{ exists: boolean }>(
      'select to_regclass($1) is not null as exists',
      [schemaMigrations.historyTable],
    );
    if (history.rows[0]?.exists !== true) return 0;
    const counted = await client.query<{ count: number }>(
      `select count(*)::integer as count from ${schemaMigrations.historyTable}`,
    );
    return counted.rows[0]?.count ?? 0;
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    throw new UserError(
      `this role may not use the lab in this database (${messageOf(error)}): connect as its owner`,
    );
  }
}

/** Whether the server lets this role write in this database at all. Throws a UserError where it does not. */
export async function requireWritable(client: pg.Client): Promise<void> {
  const { rows } = await client
    .query<{ readOnly: boolean; mayCreate: boolean; role: string }>(
      `select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as "readOnly",
            has_database_privilege(current_database(), 'create')
              and coalesce(has_schema_privilege('public', 'create'), false) as "mayCreate",
            current_user as role`,
    )
    .catch((error: unknown) => {
      throw new UserError(`cannot look at the database: ${messageOf(error)}`);
    });
  const found = rows[0];
  if (found?.readOnly === true) {
    throw new UserError('the server is read-only (a standby, or default_transaction_read_only)');
  }
  if (found?.mayCreate !== true) {
    throw new UserError(
      `role "${found?.role ?? '?'}" may not create schemas and tables in this database: ` +
        'grant it create on the database and on schema public',
    );
  }
}

async function dropBookkeeping(client: pg.Client): Promise<void> {
  await client.query(`drop schema if exists ${labSchema} cascade`);
}
