import { newCommand, runCommand } from '../../db/cli/command.ts';
import { UserError } from '../../db/cli/errors.ts';
import { requireWritableFile, writeTextFile } from '../../db/cli/output-path.ts';
import { openLab } from '../../db/lab.ts';
import { allowNonemptyFlag } from '../../db/server/guard.ts';
import { countInstructions } from '../instructions/count-instructions.ts';
import { anatomyOf, anatomySvg } from '../instructions/roads/anatomy.ts';
import { countedRoads, roadScenarios, roadTable } from '../instructions/roads/roads.ts';
import { markdownTable, textTable } from '../report/text-table.ts';

await runCommand(async () => {
  const flags = newCommand('bench:roads')
    .description(
      'Count the instructions of what was tried to make the check cheaper, beside the designs, and of the parts of a send',
    )
    .option('--only <names>', 'some of the roads and designs, with commas')
    .option('--markdown', 'print the tables as Markdown')
    .option('--picture <file>', 'draw the parts of a send as SVG')
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .parse()
    .opts<{ only?: string; markdown?: boolean; picture?: string; allowNonempty?: boolean }>();
  if (flags.picture !== undefined) requireWritableFile(flags.picture);
  const roads = countedRoads(flags.only);
  await using lab = await openLab({ allowNonempty: flags.allowNonempty });
  const admin = await lab.connect();
  try {
    const counted = await countInstructions({
      lab,
      admin,
      designs: roads,
      scenarios: roadScenarios,
      progress: (what) => process.stderr.write(`${what}\n`),
    });
    if (counted.state !== 'counted') throw new UserError(counted.reason);
    const table = flags.markdown === true ? markdownTable : textTable;
    const { columns, rows } = roadTable(roads, counted.designs);
    process.stdout.write(table(columns, rows));
    const parts = anatomyOf(counted.designs);
    if (parts === undefined) return;
    const partColumns = [
      { heading: 'part of a send' },
      { heading: 'instructions', align: 'right' },
    ] as const;
    process.stdout.write(
      `\n${table(
        partColumns,
        parts.map(({ name, instructions }) => [name, instructions.toLocaleString('en')]),
      )}`,
    );
    if (flags.picture !== undefined) writeTextFile(flags.picture, anatomySvg(parts));
  } finally {
    await admin.end();
  }
});
