import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { failureOf, isWorthRetrying, refusal } from '../contract.ts';
import { migrationText } from '../schema/migration-texts.ts';
import { readSql } from '../sql.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { type AdoptionFile, adoptionFiles } from './files.ts';
import type { Mapping } from './mapping.ts';
import { quoteText } from './quote.ts';
import { splitStatements } from './split-statements.ts';

/** The migrations that make an application's own tables and their ids; what the others make is adopted. */
const migrationsOfTables = ['20250101000001', '20250101000009'];

/** A scratch database with somebody's tables, as they were before the lab was heard of. */
export async function createStrangersDatabase(name: string): Promise<TestDatabase> {
  const database = await createTestDatabase({ migrated: false });
  const client = await database.connect();
  try {
    if (name === 'lab') {
      for (const version of migrationsOfTables) await client.query(migrationText(version).up);
    }
    await client.query(readSql(new URL(`./fixtures/${name}.sql`, import.meta.url)));
    return database;
  } finally {
    await client.end();
  }
}

/** Messages and reports that are there before anything is adopted: 701 numbers, 5 senders, a third of it opt-outs. */
export async function makeHistory(client: pg.Client, messages: number): Promise<void> {
  await client.query(
    `select traffic.report(traffic.send('1201555' || lpad((i % 701)::text, 4, '0'), i / 701 % 5), i % 3 = 0)
     from generate_series(1, $1::integer) as i`,
    [messages],
  );
}

/** Runs one of a mapping's files, as `runFile` does. */
export function runStep(
  database: TestDatabase,
  mapping: Mapping,
  step: string,
  before: readonly string[] = [],
): Promise<readonly string[]> {
  const file = adoptionFiles(mapping).find(({ name }) => name.startsWith(step));
  if (file === undefined) throw new Error(`no file begins with ${step}`);
  return runFile(database, file, before);
}

/**
 * Runs a file, statement by statement, as psql or any other client would, in a session of its own. Returns
 * what the server told meanwhile.
 */
export async function runFile(
  database: TestDatabase,
  { text }: AdoptionFile,
  before: readonly string[] = [],
): Promise<readonly string[]> {
  const client = await database.connect();
  const notices: string[] = [];
  client.on('notice', ({ message }) => notices.push(message ?? ''));
  try {
    for (const statement of [...before, ...splitStatements(text)]) await client.query(statement);
    return notices;
  } finally {
    await client.end();
  }
}

/** Everything that the schemas of a database hold, in words. */
export async function describeCatalog(client: pg.Client): Promise<readonly string[]> {
  const describe = readSql(new URL('../catalog.test.sql', import.meta.url));
  const { rows: schemas } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace
     where nspname !~ '^pg_' and nspname <> 'information_schema' order by 1`,
  );
  const lines = ['schemas: ', ...schemas.map(({ name }) => name)];
  for (const { name } of schemas) {
    const { rows } = await client.query<{ object: string }>(
      describe.replaceAll("'public'", quoteText(name)),
    );
    lines.push(...rows.map(({ object }) => object));
  }
  return lines;
}

/** What an application did. */
export interface Traffic {
  /** Ends it, and tells how much was accepted and how much refused. */
  stop(): Promise<{ readonly sent: number; readonly refused: number }>;
}

/** Sends and reports in some sessions, until it is stopped; any error but a refusal fails it. */
export function startTraffic(database: TestDatabase, sessions: number): Traffic {
  let stopped = false;
  const counts = { sent: 0, refused: 0 };
  const work = Array.from({ length: sessions }, async (_, session) => {
    const client = await database.connect();
    try {
      for (let i = 0; !stopped; i++) {
        const phone = `1201555${String((i * 13 + session) % 900).padStart(4, '0')}`;
        try {
          await client.query('select traffic.report(traffic.send($1, $2), $3)', [
            phone,
            (i + session) % 7,
            i % 2 === 0,
          ]);
          counts.sent++;
        } catch (error) {
          if (codeOf(error) === refusal.sqlState) counts.refused++;
          else if (!isWorthRetrying(failureOf(error))) throw error;
        }
      }
    } finally {
      await client.end();
    }
  });
  const all = Promise.all(work);
  all.catch(() => {}); // told when it is stopped
  return {
    async stop() {
      stopped = true;
      await all;
      return counts;
    },
  };
}
