import { Option } from 'commander';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { CheckFailure } from '../../db/cli/errors.ts';
import { wholeNumber } from '../../db/cli/flags.ts';
import { requireWritableFile, writeTextFile } from '../../db/cli/output-path.ts';
import { openLab } from '../../db/lab.ts';
import { allowNonemptyFlag } from '../../db/server/guard.ts';
import { thresholdText } from '../report/threshold-text.ts';
import { runThreshold } from '../threshold/run-threshold.ts';

await runCommand(async () => {
  const flags = newCommand('bench:threshold')
    .description(
      'Time the statement that changes how many profiles block a number, while messages are sent',
    )
    .addOption(
      new Option('--to <numbers>', 'thresholds in turn; the present one is put back')
        .argParser((text: string) => text.split(',').map(wholeNumber(1, 100)))
        .default([2, 4, 5, 3], '2,4,5,3'),
    )
    .option('--out <file>', 'also write the results as JSON')
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .parse()
    .opts<{ to: readonly number[]; out?: string; allowNonempty?: boolean }>();
  if (flags.out !== undefined) requireWritableFile(flags.out);
  await using lab = await openLab({ allowNonempty: flags.allowNonempty });
  const results = await runThreshold(lab, flags.to, ({ from, to, seconds }) =>
    process.stderr.write(`${from} → ${to}: ${seconds.toFixed(2)} s\n`),
  );
  process.stdout.write(thresholdText(results));
  if (flags.out !== undefined) {
    writeTextFile(flags.out, `${JSON.stringify(results, null, 2)}\n`);
  }
  if (results.steps.some(({ probes }) => probes.accepted > 0)) {
    throw new CheckFailure('a message to a number that stays blocked was accepted');
  }
});
