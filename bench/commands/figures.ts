import { join } from 'node:path';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { CheckFailure } from '../../db/cli/errors.ts';
import { writeTextFile } from '../../db/cli/output-path.ts';
import { projectDir } from '../../db/cli/project-dir.ts';
import { documentsWith, staleDocuments } from '../reference/documents.ts';
import { reportsDir } from '../results/run-folder.ts';

await runCommand(async () => {
  const { check } = newCommand('figures')
    .description(
      'Write the figures that README.md and docs/results.md quote anew from reports/reference',
    )
    .option('--check', 'write nothing, and exit with 1 where they quote other ones')
    .parse()
    .opts<{ check?: true }>();
  const wanted = documentsWith(join(reportsDir, 'reference'));
  const stale = staleDocuments(wanted);
  if (check === true) {
    if (stale.length === 0) return;
    throw new CheckFailure(
      `${stale.join(', ')}: not the figures of reports/reference; npm run figures writes them`,
    );
  }
  for (const file of stale) {
    writeTextFile(join(projectDir, file), wanted[file] ?? '');
    process.stdout.write(`${file}\n`);
  }
});
