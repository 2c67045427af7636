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

/** Of which design the file is, and what is told of its session. */
interface FileOptions {
  readonly design?: string;
  readonly began?: (client: pg.Client) => void;
}

/** Runs one of the files in a session of its own, statement by statement, as psql would. */
export async function runFile(
  url: string,
  word: FileWord,
  { design = defaultDesignName, began = () => {} }: FileOptions = {},
): Promise<void> {
  const mapping = { ...readMapping(examplePath('lab')), design };
  const file = adoptionFiles(mapping).find(({ name }) => name.endsWith(`_${word}.sql`));
  if (file === undefined) throw new Error(`no file is called ${word}`);
  const client = await connect(url, rolloutName);
  client.on('error', () => {}); // a session that is ended on purpose; its statement fails too
  try {
    began(client);
    const asked = word === 'roll_back' ? [`set opt_out_adoption.roll_back = 'yes'`] : [];
    for (const statement of [...asked, ...splitStatements(file.text)]) {
      await client.query(statement);
    }
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
