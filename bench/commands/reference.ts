import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newCommand, runCommand } from '../../db/command.ts';
import { positiveNumber } from '../../db/flags.ts';
import { openServer } from '../../db/lab.ts';
import { projectDir } from '../../db/server/paths.ts';
import { overviewMarkdown } from '../reference/overview.ts';
import { referenceParts } from '../reference/parts.ts';
import { runParts } from '../reference/run-parts.ts';
import { formatNs } from '../report/format.ts';
import { textTable } from '../report/text-table.ts';
import { writeReport } from '../report/write-report.ts';
import { requireRunName } from '../run-folder.ts';

interface Flags {
  readonly sizes: string;
  readonly designs: string;
  readonly name: string;
  readonly rate: number;
  readonly loadSeconds: number;
  readonly again?: boolean;
}

await runCommand(async () => {
  const flags = newCommand('reference')
    .description(
      'Make the reference: every design at every size, loads, the threshold; run again, it goes on where it stopped',
    )
    .option('--sizes <sizes>', 'ascending; the last is measured in full', '10k,100k,1M,10M,100M')
    .option('--designs <names|all>', 'designs to measure', 'all')
    .option('--name <name>', 'folder under reports/', 'reference')
    .option('--rate <number>', 'operations a second of the offered loads', positiveNumber, 1_000)
    .option('--load-seconds <number>', 'how long each load is offered', positiveNumber, 60)
    .option('--again', 'remove an earlier one of that name first')
    .parse()
    .opts<Flags>();
  requireRunName(flags.name);
  const folder = join(projectDir, 'reports', flags.name);
  if (flags.again) rmSync(folder, { recursive: true, force: true });
  const parts = referenceParts({ ...flags, sizes: flags.sizes.split(','), out: 'reports' });
  const server = await openServer(); // the parts find it running, with what they read in its cache
  try {
    const done = await runParts(folder, parts, {
      output: (data) => process.stdout.write(data),
      kept: ({ name, seconds }) => print(`\n=== ${name}: done before (${duration(seconds)})\n`),
      begins: ({ name, title }, index, count) =>
        print(`\n=== ${index + 1} of ${count}, ${name}: ${title}\n`),
      ended: ({ name, seconds }) => print(`=== ${name}: ${duration(seconds)}\n`),
    });
    const rows = done.map(({ name, seconds, command }) => [name, duration(seconds), command]);
    const total = done.reduce((sum, { seconds }) => sum + seconds, 0);
    writeReport(folder); // once more: now the loads are there to be listed
    writeFileSync(join(folder, 'README.md'), overviewMarkdown(folder, done));
    print(
      `\n${textTable(
        [{ heading: 'part' }, { heading: 'time', align: 'right' }, { heading: 'command' }],
        [...rows, ['all', duration(total), '']],
      )}\nreports/${flags.name}/index.html\n`,
    );
  } finally {
    await server.close();
  }
});

function duration(seconds: number): string {
  return formatNs(seconds * 1e9);
}

function print(text: string): void {
  process.stdout.write(text);
}
