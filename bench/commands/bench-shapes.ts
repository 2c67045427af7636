import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { newCommand, onInterruptGoOnWith, runCommand } from '../../db/cli/command.ts';
import { commandLine, withoutFlag } from '../../db/cli/command-line.ts';
import { positiveNumber } from '../../db/cli/flags.ts';
import { requireWritableFile, shownPath } from '../../db/cli/output-path.ts';
import { defaultDesignName, designsNamed } from '../../db/designs.ts';
import { openServer } from '../../db/lab.ts';
import { parseScale } from '../../seed/data-set/scale.ts';
import { wantedShape } from '../../seed/shape/wanted-shape.ts';
import { requireSameParts, runParts } from '../parts/run-parts.ts';
import { tellParts } from '../parts/tell-parts.ts';
import { readResults } from '../results/read-results.ts';
import { reportsDir, requireRunName } from '../results/run-folder.ts';
import { shapesParts } from '../shapes/parts.ts';

await runCommand(async () => {
  const { scale, shape, designs, maxSeconds, name, page, again } = newCommand('bench:shapes')
    .description(
      'What the check costs over data of four shapes: the lab’s own, few numbers, nobody blocked, a third blocked; run again, it goes on where it stopped',
    )
    .option('--scale <name|number>', 'tiny, small, medium, large, or a number of messages', 'small')
    .option('--shape <file>', 'one more shape beside them: docs/shape.md')
    .option(
      '--designs <names>',
      'designs to time',
      `${defaultDesignName},statement_trigger,row_security_hash`,
    )
    .option('--max-seconds <number>', 'time for timing one shape', positiveNumber, 60)
    .option('--name <name>', 'folder under reports/', 'shapes')
    .option(
      '--page <file>',
      'where the page goes, then without links to its runs (default: beside them)',
    )
    .option('--again', 'remove an earlier one of that name first')
    .parse()
    .opts<{
      scale: string;
      shape?: string;
      designs: string;
      maxSeconds: number;
      name: string;
      page?: string;
      again?: true;
    }>();
  const messages = parseScale(scale);
  if (shape !== undefined) wantedShape(shape, messages, () => {}); // what is wrong with it, before an hour is spent
  requireRunName(name);
  if (page !== undefined) requireWritableFile(page);
  const folder = join(reportsDir, name);
  const parts = shapesParts({
    ...{ scale, shape, maxSeconds, name },
    designs: designsNamed(designs).map((design) => design.name),
    out: 'reports',
  });
  if (again) rmSync(folder, { recursive: true, force: true });
  requireSameParts(folder, parts);
  onInterruptGoOnWith(() =>
    commandLine('bench:shapes', withoutFlag(process.argv.slice(2), '--again', 'switch')),
  );
  const server = await openServer(); // the parts find it running
  try {
    await runParts(folder, parts, tellParts);
  } finally {
    await server.close();
  }
  const { writeShapesPage } = await import('../report/shapes/shapes-page.ts');
  const runs = parts.map((part) => ({
    name: part.name,
    title: part.title,
    results: readResults(join(folder, part.name)),
  }));
  process.stdout.write(`\n${shownPath(writeShapesPage(runs, folder, page))}\n`);
});
