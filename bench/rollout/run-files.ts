import type pg from 'pg';
import { examplePath } from '../../db/adopt/examples.ts';
import { adoptionFiles } from '../../db/adopt/files.ts';
import { readMapping } from '../../db/adopt/read-mapping.ts';
import { splitStatements } from '../../db/adopt/split-statements.ts';
import { connect } from '../../db/connection/connect.ts';
import { inTransaction } from '../../db/connection/transaction.ts';
import { defaultDesignName } from '../../db/designs.ts';
import { type MigrationText, migrationTexts } from '../../db/schema/migration-texts.ts';

/** What the sessions of a rollout are called in pg_stat_activity. */
export const rolloutName = 'optout-lab rollout';

/** The numbered files that `npm run adopt` makes for the lab's own tables, by the word in their names. */
export type FileWord = 'prepare' | 'install' | 'backfill' | 'switch_on' | 'verify' | 'roll_back';

/** Gives the statements of a file, of the adoption of a design. */
export type AdoptedFiles = (word: FileWord, design?: string) => readonly string[];

/**
 * Makes the files of the lab's own tables for some designs and takes them apart. That keeps the process busy, and
 * it sends nothing meanwhile: so before the traffic begins.
 */
export function makeFiles(designs: readonly string[]): AdoptedFiles {
  const mapping = readMapping(examplePath('lab'));
  const made = new Map(
    designs.map((design) => [
      design,
      adoptionFiles({ ...mapping, design }).map(({ name, text }) => ({
        name,
        statements: splitStatements(text),
      })),
    ]),
  );
  return (word, design = defaultDesignName) => {
    const file = made.get(design)?.find(({ name }) => name.endsWith(`_${word}.sql`));
    if (file === undefined) throw new Error(`no file of ${design} is called ${word}`);
    return word === 'roll_back'
      ? [`set opt_out_adoption.roll_back = 'yes'`, ...file.statements]
      : file.statements;
  };
}

/**
 * Runs the statements of a file in a session of its own, one by one, as psql would.
 *
 * @param began is told of the session
 */
export async function runStatements(
  url: string,
  statements: readonly string[],
  began: (client: pg.Client) => void = () => {},
): Promise<void> {
  const client = await connect(url, rolloutName);
  client.on('error', () => {}); // a session that is ended on purpose; its statement fails too
  try {
    began(client);
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * What one would do first: everything in one transaction, the migrations after the first and then the
 * opt-outs of the history.
 */
export async function installAtOnce(url: string): Promise<void> {
  await inOneTransaction(url, [
    ...laterMigrations().map(({ up }) => up),
    'select count(*) from public.rederive_opt_outs()',
  ]);
}

/** Takes it away again. */
export async function removeAtOnce(url: string): Promise<void> {
  const downs = laterMigrations()
    .map(({ down }) => down)
    .reverse();
  await inOneTransaction(url, downs);
}

function laterMigrations(): readonly MigrationText[] {
  return migrationTexts().slice(1);
}

async function inOneTransaction(url: string, statements: readonly string[]): Promise<void> {
  const client = await connect(url, rolloutName);
  try {
    await inTransaction(client, async () => {
      for (const statement of statements) await client.query(statement);
    });
  } finally {
    await client.end();
  }
}
