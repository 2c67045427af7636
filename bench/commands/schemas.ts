import { writeFileSync } from 'node:fs';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { schemaFiles } from '../results/schema-files.ts';

await runCommand(async () => {
  newCommand('schemas')
    .description('Write the .schema.json files of the formats anew from their source')
    .parse();
  for (const [file, text] of Object.entries(schemaFiles)) {
    writeFileSync(new URL(`../${file}`, import.meta.url), text);
    process.stdout.write(`bench/${file}\n`);
  }
});
