import type pg from 'pg';
import { newCommand, runCommand } from '../cli/command.ts';
import { UserError } from '../cli/errors.ts';
import { withoutPassword } from '../cli/hide-password.ts';
import { lockDatabase, takesSchemaBack } from '../connection/database-lock.ts';
import { applyDesign, defaultDesignName, designNamed } from '../designs.ts';
import { openLab } from '../lab.ts';
import {
  appliedMigrations,
  migrateDown,
  requireWritable,
  tablesWithRows,
} from '../schema/migrate.ts';

await runCommand(async () => {
  const { dropRows } = newCommand('migrate:down')
    .description('Take the whole schema back')
    .option('--drop-rows', 'also where its tables hold rows, which are lost')
    .parse()
    .opts<{ dropRows?: boolean }>();
  // A database without the lab's schema loses nothing, whatever else it holds.
  await using lab = await openLab({ migrate: false, allowNonempty: true });
  const client = await lab.connect(takesSchemaBack);
  try {
    if ((await appliedMigrations(client)) === 0) {
      process.stdout.write(`there is no schema of the lab in ${withoutPassword(lab.url)}\n`);
      return;
    }
    await requireWritable(client);
    await requireNobodyAtWork(client);
    const full = dropRows === true ? [] : await tablesWithRows(client);
    if (full.length > 0) {
      throw new UserError(
        `${full.join(', ')} hold rows, which would be lost: npm run migrate:down -- --drop-rows drops them`,
      );
    }
    await applyDesign(lab.url, client, designNamed(defaultDesignName));
    await migrateDown(lab.url, client);
  } finally {
    await client.end();
  }
  process.stdout.write(`the schema is gone from ${withoutPassword(lab.url)}\n`);
});

/** Keeps other commands from the database, until this one ends. Throws a UserError where one is at work. */
async function requireNobodyAtWork(client: pg.Client): Promise<void> {
  for (const [lock, who] of [
    ['seed', 'a seed or a load is at work in'],
    ['bench', 'a bench is at work in'],
    ['schema', 'another command is applying migrations to'],
  ] as const) {
    await lockDatabase(client, lock, `${who} this database: wait for it, or end it`);
  }
}
