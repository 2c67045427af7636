import { newCommand, runCommand } from '../command.ts';
import { withoutPassword } from '../connect.ts';
import { allowNonemptyFlag } from '../guard.ts';
import { openLab } from '../lab.ts';

await runCommand(async () => {
  const { allowNonempty } = newCommand('migrate:up')
    .description('Apply the migrations that the database lacks')
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .parse()
    .opts<{ allowNonempty?: boolean }>();
  await using lab = await openLab({ allowNonempty });
  process.stdout.write(`the schema is up to date in ${withoutPassword(lab.url)}\n`);
});
