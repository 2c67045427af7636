import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onInterruptGoOnWith, runCommand } from '../../db/cli/command.ts';
import { commandLine, withoutFlag } from '../../db/cli/command-line.ts';
import { shownPath } from '../../db/cli/output-path.ts';
import { openServer } from '../../db/lab.ts';
import { requireSameParts, runParts } from '../parts/run-parts.ts';
import { duration, tellParts } from '../parts/tell-parts.ts';
import { readReferenceFlags } from '../reference/flags.ts';
import { overviewMarkdown, totalTimes } from '../reference/overview.ts';
import { referenceParts } from '../reference/parts.ts';
import { readRepeats } from '../reference/repeats.ts';
import { repeatsMarkdown } from '../reference/repeats-table.ts';
import { textTable } from '../report/text-table.ts';
import { writeReport } from '../report/write-report.ts';
import { reportsDir } from '../results/run-folder.ts';

await runCommand(async () => {
  const { options, again } = readReferenceFlags(process.argv.slice(2));
  const folder = join(reportsDir, options.name);
  if (again) rmSync(folder, { recursive: true, force: true });
  const parts = referenceParts({ ...options, out: 'reports' });
  requireSameParts(folder, parts);
  onInterruptGoOnWith(() =>
    commandLine('reference', withoutFlag(process.argv.slice(2), '--again', 'switch')),
  );
  const server = await openServer(); // the parts find it running, with what they read in its cache
  try {
    const done = await runParts(folder, parts, tellParts);
    const rows = done.map(({ name, seconds, command }) => [name, duration(seconds), command]);
    const { results } = writeReport(folder); // once more: now the loads are there to be listed
    const repeats = readRepeats(folder, done);
    writeFileSync(join(folder, 'README.md'), overviewMarkdown(folder, done, repeats));
    writeFileSync(join(folder, 'repeats.md'), repeatsMarkdown(repeats));
    print(
      `\n${textTable(
        [{ heading: 'part' }, { heading: 'time', align: 'right' }, { heading: 'command' }],
        [...rows, ...totalTimes(results, done).map((cells) => [...cells, ''])],
      )}\n${shownPath(join(folder, 'index.html'))}\n`,
    );
  } finally {
    await server.close();
  }
});

function print(text: string): void {
  process.stdout.write(text);
}
