import { newCommand, runCommand } from '../cli/command.ts';
import { withoutPassword } from '../cli/hide-password.ts';
import { openLab } from '../lab.ts';
import { allowNonemptyFlag } from '../server/guard.ts';

await runCommand(async () => {
  const { allowNonempty } = newCommand('migrate:up')
    .description('Apply the migrations that the database lacks')
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .parse()
    .opts<{ allowNonempty?: boolean }>();
  await using lab = await openLab({ allowNonempty });
  process.stdout.write(`the schema is up to date in ${withoutPassword(lab.url)}\n`);
});
