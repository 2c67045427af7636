import type pg from 'pg';
import { codeOf, UserError } from '../cli/errors.ts';
import { closing } from '../connection/closing.ts';
import { connect, withDatabase } from '../connection/connect.ts';
import { migrateUp } from '../schema/migrate.ts';
import { beginTestRun, newScratchName, runOf } from './test-run.ts';

/** A scratch database with the lab's schema, for one test file. */
export interface TestDatabase {
  readonly name: string;
  readonly url: string;
  connect(): Promise<pg.Client>;
  /** Removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/** The environment variable through which `npm test` tells its test files which server to use. */
export const testServerVariable = 'OPTOUT_LAB_TEST_SERVER';

/** The database, made once for each test run, from which all scratch databases are copied. */
export const templateVariable = 'OPTOUT_LAB_TEST_TEMPLATE';

/** Copies the template: a fresh, migrated, empty database in some milliseconds; or one without any schema. */
export async function createTestDatabase(
  options: { readonly migrated?: boolean } = {},
): Promise<TestDatabase> {
  const server = process.env[testServerVariable];
  const template = process.env[templateVariable];
  if (server === undefined || template === undefined) {
    throw new UserError('the tests need a server: run them with npm test');
  }
  const run = runOf(template);
  if (run === undefined) throw new Error(`${template} is not a name that npm test gave`);
  return createDatabase(server, run, options.migrated === false ? 'template1' : template);
}

/**
 * Begins a test run on a server and makes its template. Needs the right to create databases;
 * whoever made it drops it.
 */
export async function createTemplate(server: string): Promise<TestDatabase> {
  const { run, close } = await beginTestRun(server);
  const template = await createDatabase(server, run, 'template1').catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const drop = (): Promise<void> =>
    closing(async (defer) => {
      defer(close);
      defer(() => template.drop());
    });
  try {
    await migrateUp(template.url);
    return { ...template, drop };
  } catch (error) {
    return closing(async (defer) => {
      defer(drop);
      throw error;
    });
  }
}

/** A copy of a database of a test run, in which nobody may be meanwhile; whoever made it drops it. */
export function copyDatabase(server: string, { name }: TestDatabase): Promise<TestDatabase> {
  const run = runOf(name);
  if (run === undefined) throw new Error(`${name} is not a database of a test run`);
  return createDatabase(server, run, name);
}

async function createDatabase(
  server: string,
  run: string,
  template: string,
): Promise<TestDatabase> {
  const name = newScratchName(run);
  const admin = await connect(server);
  const quoted = (identifier: string): string => admin.escapeIdentifier(identifier);
  try {
    await whileInUse(() =>
      // an eighth of the work of the usual strategy, which logs every page of the copy
      admin.query(
        `create database ${quoted(name)} template ${quoted(template)} strategy file_copy`,
      ),
    );
  } catch (error) {
    throw new UserError(
      `this works in scratch databases, and cannot make one: ${error instanceof Error ? error.message : error}`,
    );
  } finally {
    await admin.end();
  }
  const url = withDatabase(server, name);
  return { name, url, connect: () => connect(url), drop: () => dropDatabase(server, name) };
}

/** Removes a database of a server, whoever is connected to it. */
export async function dropDatabase(server: string, name: string): Promise<void> {
  const client = await connect(server);
  try {
    await whileInUse(() =>
      client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`),
    );
  } finally {
    await client.end();
  }
}

/** PostgreSQL waits five seconds for the sessions in a database to end: so often, five minutes in all. */
const waits = 60;

async function whileInUse(work: () => Promise<unknown>): Promise<void> {
  for (let waited = 1; ; waited++) {
    try {
      await work();
      return;
    } catch (error) {
      if (codeOf(error) !== '55006' || waited === waits) throw error; // object in use
    }
  }
}
