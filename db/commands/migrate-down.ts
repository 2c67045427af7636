import { newCommand, runCommand } from '../cli/command.ts';
import { withoutPassword } from '../cli/hide-password.ts';
import { applyDesign, defaultDesignName, designNamed } from '../designs.ts';
import { openLab } from '../lab.ts';
import { appliedMigrations, migrateDown, requireWritable } from '../schema/migrate.ts';

await runCommand(async () => {
  newCommand('migrate:down')
    .description('Take the whole schema back, with all that it holds')
    .parse();
  // A database without the lab's schema loses nothing, whatever else it holds.
  await using lab = await openLab({ migrate: false, allowNonempty: true });
  const client = await lab.connect();
  try {
    if ((await appliedMigrations(client)) === 0) {
      process.stdout.write(`there is no schema of the lab in ${withoutPassword(lab.url)}\n`);
      return;
    }
    await requireWritable(client);
    await applyDesign(lab.url, client, designNamed(defaultDesignName));
    await migrateDown(lab.url, client);
  } finally {
    await client.end();
  }
  process.stdout.write(`the schema is gone from ${withoutPassword(lab.url)}\n`);
});
