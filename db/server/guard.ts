import type pg from 'pg';
import { UserError } from '../cli/errors.ts';
import { supportedMajors } from '../connection/connect.ts';
import { onlyRow } from '../connection/only-row.ts';
import { appliedMigrations } from '../schema/migrate.ts';
import { readSql } from '../sql.ts';

/** The flag that lets the lab into a database that holds something it did not make. */
export const allowNonemptyFlag = '--allow-nonempty';

/** Which newer ones were told of: a command asks more than once. */
const toldOf = new Set<number>();

/** Refuses a server older than the lab supports; tells of a newer one, once. Returns the major version. */
export async function requireSupportedVersion(client: pg.Client): Promise<number> {
  const version = onlyRow(
    await client.query<{ server_version_num: string }>('show server_version_num'),
  );
  const major = Math.floor(Number(version.server_version_num) / 10_000);
  if (major < supportedMajors.oldest) {
    throw new UserError(
      `the server is PostgreSQL ${major}: the lab needs ${supportedMajors.oldest} to ${supportedMajors.newest}`,
    );
  }
  if (major > supportedMajors.newest && !toldOf.has(major)) {
    toldOf.add(major);
    process.stderr.write(`note: PostgreSQL ${major} is newer than what the lab is tested with\n`);
  }
  return major;
}

/**
 * Refuses a database that the lab did not make and that is not empty. It is the lab's from the first
 * migration that was applied: one that failed half way makes nobody's tables the lab's.
 */
export async function requireOwnOrEmpty(client: pg.Client): Promise<void> {
  if ((await appliedMigrations(client)) > 0) return;
  const answer = await client.query<{
    foreign_objects: string;
    example: string | null;
  }>(readSql(new URL('./guard.sql', import.meta.url)));
  const found = onlyRow(answer);
  const count = Number(found.foreign_objects);
  if (count === 0) return;
  const objects =
    count === 1
      ? `1 object that the lab did not make (${found.example})`
      : `${count} objects that the lab did not make (${found.example}, …)`;
  throw new UserError(
    `the database holds ${objects}: ` +
      `name an empty database, or pass ${allowNonemptyFlag} to let the lab add its own beside them`,
  );
}
