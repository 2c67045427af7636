import { newCommand, runCommand } from '../../db/command.ts';
import { wholeNumber } from '../../db/flags.ts';
import { allowNonemptyFlag } from '../../db/guard.ts';
import { type Lab, openLab } from '../../db/lab.ts';
import { measureCopyPairs, measureEncoder } from '../copy-benchmark.ts';
import { createDataSet, type DataSet, defaultDataSet } from '../data-set.ts';
import { median } from '../median.ts';
import { measurePgbench } from '../pgbench-load.ts';
import { parseScale } from '../scale.ts';
import { isVerifying } from '../stages.ts';
import { formatBytes, formatCount, formatSeconds } from '../units.ts';
import { measureWholePairs, type WholePair } from '../whole-benchmark.ts';

/** What the messages' COPY must reach of the server's own speed, and what it aims for. */
const shareOfServer = { least: 0.9, goal: 0.95 } as const;

/** What the whole load may take, in times of what the server alone needs. */
const timesOfServer = 1.15;

await runCommand(async () => {
  const flags = newCommand('bench:seed')
    .description('Compare the seeder with what the server alone does with the same rows from files')
    .option('--scale <name|number>', 'messages in each load', parseScale, 2_000_000)
    .option('--pairs <number>', 'loads of either kind (default: 7, with --whole 1)', wholeNumber(1))
    .option('--whole', 'the whole load, with its indexes and keys, instead of the COPY of messages')
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .parse()
    .opts<{ scale: number; pairs?: number; whole?: boolean; allowNonempty?: boolean }>();
  await using lab = await openLab({ allowNonempty: flags.allowNonempty });
  const dataSet = createDataSet({ ...defaultDataSet, messages: flags.scale });
  if (flags.whole) await compareWhole(lab, dataSet, flags.pairs ?? 1);
  else await compareCopy(lab, dataSet, flags.pairs ?? 7);
});

async function compareCopy(lab: Lab, dataSet: DataSet, pairs: number): Promise<void> {
  const { messages } = dataSet.options;
  const encoder = await measureEncoder(dataSet);
  print(
    `encoder alone: ${formatCount(encoder.rowsPerSecond)} rows/s, ${formatBytes(encoder.bytesPerSecond)}/s`,
  );

  const rowsPerSecond = (seconds: number): string => `${formatCount(messages / seconds)} rows/s`;
  const ratios: number[] = [];
  for await (const { seederSeconds, fileSeconds } of measureCopyPairs(lab, dataSet, pairs)) {
    const ratio = fileSeconds / seederSeconds;
    ratios.push(ratio);
    print(
      `pair ${ratios.length}: seeder ${formatSeconds(seederSeconds)} (${rowsPerSecond(seederSeconds)}), ` +
        `server from a file ${formatSeconds(fileSeconds)} (${rowsPerSecond(fileSeconds)}), ` +
        `ratio ${ratio.toFixed(3)}`,
    );
  }
  const ratio = median(ratios);
  const verdict =
    ratio >= shareOfServer.goal
      ? 'reaches the goal'
      : ratio >= shareOfServer.least
        ? 'is short of the goal'
        : 'falls short';
  print(
    `seeder against server alone: median of pairs ${ratio.toFixed(3)} (${rangeOf(ratios)}): ` +
      `${verdict} of ${shareOfServer.goal}`,
  );

  const pgbench = await measurePgbench(lab, messages);
  print(
    pgbench === undefined
      ? 'pgbench -i: no pgbench on this machine'
      : `pgbench -i (C client, rows of 97 bytes): ${formatCount(pgbench)} rows/s`,
  );
}

async function compareWhole(lab: Lab, dataSet: DataSet, pairs: number): Promise<void> {
  const ratios: number[] = [];
  for await (const pair of measureWholePairs(lab, dataSet, pairs)) {
    const ratio = pair.seeder.seconds / pair.server.seconds;
    ratios.push(ratio);
    for (const line of describeStages(pair)) print(line);
    print(
      `pair ${ratios.length}: seeder ${formatSeconds(pair.seeder.seconds)} (verification included), ` +
        `server alone ${formatSeconds(pair.server.seconds)}, ratio ${ratio.toFixed(3)}`,
    );
  }
  const ratio = median(ratios);
  print(
    `the whole load against server alone: median of pairs ${ratio.toFixed(3)} (${rangeOf(ratios)}): ` +
      `${ratio <= timesOfServer ? 'within' : 'more than'} ${timesOfServer}`,
  );
}

/** The time of each stage, the seeder's and the server's; two stages run at a time. */
function describeStages({ seeder, server }: WholePair): readonly string[] {
  const cell = (seconds: number | undefined): string =>
    (seconds === undefined ? '' : formatSeconds(seconds)).padStart(14);
  return [
    `  ${'stage'.padEnd(48)}${'seeder'.padStart(14)}${'server alone'.padStart(14)}`,
    ...[...seeder.stages].map(
      ([stage, seconds]) =>
        `  ${stage.padEnd(48)}${cell(seconds)}${isVerifying(stage) ? '' : cell(server.stages.get(stage))}`,
    ),
  ];
}

function rangeOf(values: readonly number[]): string {
  return `${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
