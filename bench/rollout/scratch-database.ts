import { UserError } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { type Lab, openLabBeside } from '../../db/lab.ts';

/** What the database is called beside the lab's own, and how it is known to be the rollout's. */
const suffix = '_rollout';
const comment = 'made by the opt-out check lab to rehearse a rollout in; the next one drops it';

/** A database of the rollout's own on the lab's server. */
export interface ScratchDatabase {
  readonly lab: Lab;
  drop(): Promise<void>;
}

/**
 * Makes the database, in place of what a rollout left that was killed.
 *
 * @throws UserError where another database has that name, or the role may make none
 */
export async function makeScratchDatabase(lab: Lab): Promise<ScratchDatabase> {
  const client = await lab.connect();
  try {
    const { name } = onlyRow(
      await client.query<{ name: string }>('select current_database() || $1 as name', [suffix]),
    );
    const quoted = client.escapeIdentifier(name);
    const found = onlyRow(
      await client.query<{ comment: string | null; exists: boolean; mayMake: boolean }>(
        `select (select shobj_description(oid, 'pg_database') from pg_database where datname = $1) as comment,
           exists (select from pg_database where datname = $1) as "exists",
           (select rolcreatedb or rolsuper from pg_roles where rolname = current_user) as "mayMake"`,
        [name],
      ),
    );
    if (!found.mayMake) {
      throw new UserError(
        `a rollout is rehearsed in a database of its own, ${name}: this role may not make one (alter role … createdb)`,
      );
    }
    if (found.exists && found.comment !== comment) {
      throw new UserError(`there is a database ${name} that no rollout made: rename it`);
    }
    await client.query(`drop database if exists ${quoted} with (force)`);
    await client.query(`create database ${quoted}`);
    await client.query(`comment on database ${quoted} is ${client.escapeLiteral(comment)}`);
    return {
      lab: await openLabBeside(lab, name),
      drop: async () => {
        const owner = await lab.connect();
        try {
          await owner.query(`drop database if exists ${quoted} with (force)`);
        } finally {
          await owner.end();
        }
      },
    };
  } finally {
    await client.end();
  }
}
