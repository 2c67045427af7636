import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { schemaFiles } from '../results/schema-files.ts';

await runCommand(async () => {
  newCommand('schemas')
    .description('Write the .schema.json files of the formats anew from their source')
    .parse();
  for (const [file, text] of Object.entries(schemaFiles)) {
    writeFileSync(join(projectDir, file), text);
    process.stdout.write(`${file}\n`);
  }
});
