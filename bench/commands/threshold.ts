import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { newCommand, runCommand } from '../../db/command.ts';
import { CheckFailure } from '../../db/errors.ts';
import { allowNonemptyFlag } from '../../db/guard.ts';
import { openLab } from '../../db/lab.ts';
import { runThreshold } from '../threshold/run-threshold.ts';
import { thresholdText } from '../threshold/threshold-text.ts';

await runCommand(async () => {
  const flags = newCommand('bench:threshold')
    .description(
      'Time the statement that changes how many profiles block a number, while messages are sent',
    )
    .option(
      '--to <numbers>',
      'thresholds in turn; the present one is put back (2,4,5,3)',
      thresholds,
      [2, 4, 5, 3],
    )
    .option('--out <file>', 'also write the results as JSON')
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .parse()
    .opts<{ to: readonly number[]; out?: string; allowNonempty?: boolean }>();
  await using lab = await openLab({ allowNonempty: flags.allowNonempty });
  const results = await runThreshold(lab, flags.to, ({ from, to, seconds }) =>
    process.stderr.write(`${from} → ${to}: ${seconds.toFixed(2)} s\n`),
  );
  if (flags.out !== undefined) {
    mkdirSync(dirname(resolve(flags.out)), { recursive: true });
    writeFileSync(flags.out, `${JSON.stringify(results, null, 2)}\n`);
  }
  process.stdout.write(thresholdText(results));
  if (results.steps.some(({ probes }) => probes.accepted > 0)) {
    throw new CheckFailure('a message to a number that stays blocked was accepted');
  }
});

function thresholds(text: string): readonly number[] {
  const numbers = text.split(',').map(Number);
  if (!numbers.every((value) => Number.isInteger(value) && value >= 1 && value <= 100)) {
    throw new InvalidArgumentError('not numbers of profiles from 1 to 100, such as 2,4,5,3.');
  }
  return numbers;
}
