import { newCommand, runCommand } from '../../db/cli/command.ts';
import { commandLine } from '../../db/cli/command-line.ts';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { wholeNumber } from '../../db/cli/flags.ts';
import { formatBytes, formatCount, formatSeconds } from '../../db/cli/number-text.ts';
import { requireWritableFile, writeTextFile } from '../../db/cli/output-path.ts';
import { itemAt } from '../../db/item-at.ts';
import { type Lab, openLab } from '../../db/lab.ts';
import { allowNonemptyFlag } from '../../db/server/guard.ts';
import { citus } from '../../db/topologies/topology.ts';
import { createDataSet, type DataSet, defaultDataSet } from '../../seed/data-set/data-set.ts';
import { parseScale } from '../../seed/data-set/scale.ts';
import { isVerifying } from '../../seed/fill/stages.ts';
import { measureCopyPairs, measureEncoder } from '../seeding/copy-benchmark.ts';
import { speedFormatVersion } from '../seeding/format-version.ts';
import { measurePgbench } from '../seeding/pgbench-load.ts';
import {
  type SpeedPair,
  type SpeedResults,
  speedRatios,
  speedVerdict,
} from '../seeding/speed-results.ts';
import { measureWholePairs, type WholePair } from '../seeding/whole-benchmark.ts';

await runCommand(async () => {
  const flags = newCommand('bench:seed')
    .description('Compare the seeder with what the server alone does with the same rows from files')
    .option('--scale <name|number>', 'messages in each load', parseScale, 2_000_000)
    .option(
      '--pairs <number>',
      'loads of either kind (default: 25, with --whole 1)',
      wholeNumber(1),
    )
    .option('--whole', 'the whole load, with its indexes and keys, instead of the COPY of messages')
    .option('--out <file>', 'also write the pairs as JSON')
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .parse()
    .opts<{
      scale: number;
      pairs?: number;
      whole?: boolean;
      out?: string;
      allowNonempty?: boolean;
    }>();
  if (flags.out !== undefined) requireWritableFile(flags.out);
  const startedAt = new Date().toISOString();
  await using lab = await openLab({ allowNonempty: flags.allowNonempty });
  if (lab.topology === citus) {
    throw new UserError('bench:seed loads files that one server reads: it cannot on Citus');
  }
  const dataSet = createDataSet({ ...defaultDataSet, messages: flags.scale });
  const loads = flags.whole ? 'whole' : 'messages';
  const pairs = flags.whole
    ? await compareWhole(lab, dataSet, flags.pairs ?? 1)
    : await compareCopy(lab, dataSet, flags.pairs ?? 25);
  print(speedVerdict({ loads, pairs }));
  if (!flags.whole) print(await pgbenchLine(lab, flags.scale));
  if (flags.out === undefined) return;
  const results: SpeedResults = {
    formatVersion: speedFormatVersion,
    kind: 'seed-speed',
    loads,
    startedAt,
    commandLine: commandLine('bench:seed'),
    messages: flags.scale,
    pairs,
  };
  writeTextFile(flags.out, `${JSON.stringify(results, null, 2)}\n`);
});

async function compareCopy(lab: Lab, dataSet: DataSet, count: number): Promise<SpeedPair[]> {
  const { messages } = dataSet.options;
  const encoder = await measureEncoder(dataSet);
  print(
    `encoder alone: ${formatCount(encoder.rowsPerSecond)} rows/s, ${formatBytes(encoder.bytesPerSecond)}/s`,
  );
  const rowsPerSecond = (seconds: number): string => `${formatCount(messages / seconds)} rows/s`;
  const pairs: SpeedPair[] = [];
  for await (const pair of measureCopyPairs(lab, dataSet, count)) {
    const { seederSeconds, serverSeconds } = pair;
    pairs.push(pair);
    print(
      `pair ${pairs.length}: seeder ${formatSeconds(seederSeconds)} (${rowsPerSecond(seederSeconds)}), ` +
        `server from a file ${formatSeconds(serverSeconds)} (${rowsPerSecond(serverSeconds)}), ` +
        `ratio ${ratioOf('messages', pair)}`,
    );
  }
  return pairs;
}

async function pgbenchLine(lab: Lab, messages: number): Promise<string> {
  try {
    const pgbench = await measurePgbench(lab, messages);
    return pgbench === undefined
      ? 'pgbench -i: no pgbench on this machine'
      : `pgbench -i (C client, rows of 97 bytes): ${formatCount(pgbench)} rows/s`;
  } catch (error) {
    return `pgbench -i failed: ${messageOf(error)}`; // the pairs are measured, and kept
  }
}

async function compareWhole(lab: Lab, dataSet: DataSet, count: number): Promise<SpeedPair[]> {
  const pairs: SpeedPair[] = [];
  for await (const whole of measureWholePairs(lab, dataSet, count)) {
    const pair = { seederSeconds: whole.seeder.seconds, serverSeconds: whole.server.seconds };
    pairs.push(pair);
    for (const line of describeStages(whole)) print(line);
    print(
      `pair ${pairs.length}: seeder ${formatSeconds(pair.seederSeconds)} (verification included), ` +
        `server alone ${formatSeconds(pair.serverSeconds)}, ratio ${ratioOf('whole', pair)}`,
    );
  }
  return pairs;
}

function ratioOf(loads: SpeedResults['loads'], pair: SpeedPair): string {
  return itemAt(speedRatios({ loads, pairs: [pair] }), 0).toFixed(3);
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

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
