import { InvalidArgumentError } from 'commander';
import type pg from 'pg';
import { codeOf, UserError } from '../cli/errors.ts';
import { connect, withDatabase } from '../connection/connect.ts';
import { readSql } from '../sql.ts';
import { duplicateDatabase, objectInUse } from '../sqlstates.ts';

/*
 * Several databases of one server, a data set in each. Those that the lab made say so in their comment;
 * it drops no others.
 */

/** By this comment a database is known as the lab's. */
const mark = 'made by the opt-out check lab (--database): npm run db:drop drops it';

/** What `--database` means, whichever command has it. */
export const databaseMeaning =
  'another database of the same server, made if it is not there (npm run db:list)';

/** A flag's database. Throws commander's error for a name that would have to be quoted somewhere. */
export function databaseName(text: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(text) || /^(template[01]|postgres|pg_.*)$/.test(text)) {
    throw new InvalidArgumentError(
      'not a name of small letters, digits and underscores, which begins with a letter.',
    );
  }
  return text;
}

interface ServerUrl {
  readonly url: string;
}

/**
 * The server with another of its databases.
 *
 * @param name as databaseName gave it
 * @throws UserError where it is not there, and is not to be made or cannot be
 */
export async function inDatabase<Server extends ServerUrl>(
  server: Server,
  name: string,
  { create }: { readonly create: boolean },
): Promise<Server> {
  const client = await connect(server.url);
  try {
    const { rows } = await client.query('select from pg_catalog.pg_database where datname = $1', [
      name,
    ]);
    if (rows.length === 0) {
      if (!create) throw new UserError(`there is no database ${name}: npm run db:list lists them`);
      await createDatabase(client, name);
    }
  } finally {
    await client.end();
  }
  return { ...server, url: withDatabase(server.url, name) };
}

async function createDatabase(client: pg.Client, name: string): Promise<void> {
  try {
    await client.query(`create database ${name}`);
  } catch (error) {
    if (codeOf(error) === duplicateDatabase) return; // another command was faster
    throw new UserError(
      `cannot make database ${name}: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
  await client.query(`comment on database ${name} is '${mark}'`);
}

/** A database that the lab made. */
export interface OwnDatabase {
  readonly name: string;
  /** Its size; undefined where this role may not look. */
  readonly bytes: number | undefined;
}

/** The databases of a server that were made by `--database`. */
export async function ownDatabases(client: pg.Client): Promise<readonly OwnDatabase[]> {
  const { rows } = await client.query<{ name: string; bytes: string | null }>(
    readSql(new URL('./own_databases.sql', import.meta.url)),
    [mark],
  );
  return rows.map(({ name, bytes }) => ({
    name,
    bytes: bytes === null ? undefined : Number(bytes),
  }));
}

/**
 * Drops a database that the lab made.
 *
 * @throws UserError for any other, and for one that somebody uses
 */
export async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  const own = await ownDatabases(client);
  if (!own.some((database) => database.name === name)) {
    throw new UserError(
      `${name} is no database that the lab made with --database: it is left alone`,
    );
  }
  try {
    await client.query(`drop database ${name}`);
  } catch (error) {
    if (codeOf(error) !== objectInUse) throw error;
    throw new UserError(`somebody is connected to ${name}: nothing was dropped`, { cause: error });
  }
}
