import { newCommand, runCommand } from '../../db/cli/command.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { positiveNumber, wholeNumber } from '../../db/cli/flags.ts';
import { requireWritableFile, writeTextFile } from '../../db/cli/output-path.ts';
import { tellSince } from '../../db/cli/tell-since.ts';
import { openLab } from '../../db/lab.ts';
import { allowNonemptyFlag } from '../../db/server/guard.ts';
import { parseScale } from '../../seed/data-set/scale.ts';
import { timeTwoWays } from '../paired/two-ways.ts';
import { markdownTable, type TextColumn, textTable } from '../report/text-table.ts';
import { twoWaysText } from '../report/two-ways-text.ts';
import { scenariosNamed } from '../scenarios/index.ts';
import { recordSessions } from '../simulation/record.ts';
import { type CoverageRow, holds, runCoverage } from '../simulation/run-coverage.ts';

const columns: readonly TextColumn[] = [
  { heading: 'latencies' },
  { heading: 'true ratio', align: 'right' },
  { heading: 'held, of 100', align: 'right' },
  { heading: 'mean ratio', align: 'right' },
  { heading: 'mean half-width', align: 'right' },
  { heading: 'stopped early, of 100', align: 'right' },
];

/** What is inserted by both ways: durable or not, one row or many. */
const scenariosBothWays = ['insert-durable', 'insert-not-durable', 'bulk-10', 'bulk-1000'];

await runCommand(async () => {
  const flags = newCommand('bench:coverage')
    .description(
      'Show how often the intervals of a bench hold the truth: simulated latencies, and recorded ones, whose truth is known, through all that a bench does with its own',
    )
    .option('--series <number>', 'series of each kind and ratio', wholeNumber(10), 10_000)
    .option('--seed <number>', 'what the series are drawn from', wholeNumber(0), 1)
    .option('--markdown', 'print the table as Markdown')
    .option(
      '--ways',
      'instead time the default design by trigger modes and by twin tables, and say whether the two agree',
    )
    .option('--record <file>', 'instead record sessions of this lab, to be drawn from')
    .option('--scale <name|number>', 'the data set of --record and --ways', 'tiny')
    .option('--replace', 'empty a data set of another scale or seed first')
    .option('--seconds <number>', 'how long is recorded, or each figure timed', positiveNumber, 20)
    .option(
      allowNonemptyFlag,
      'record or time in a database that holds something the lab did not make',
    )
    .parse()
    .opts<Flags>();
  if (flags.record !== undefined && flags.ways === true) {
    throw new UserError('one of --record and --ways at a time');
  }
  if (flags.ways === true) return compareWays(flags);
  if (flags.record !== undefined) return record(flags.record, flags);
  const { series, seed, markdown } = flags;
  const rows = runCoverage(series, seed, (what) => process.stderr.write(`${what}\n`));
  const table = markdown === true ? markdownTable : textTable;
  process.stdout.write(table(columns, rows.map(cells)));
  const bad = rows.filter((row) => !holds(row));
  if (bad.length > 0) {
    throw new CheckFailure(
      `the interval holds the truth too seldom or too often: ${bad.map(({ model, ratio }) => `${model} at ${ratio}`).join(', ')}`,
    );
  }
});

interface Flags {
  readonly series: number;
  readonly seed: number;
  readonly markdown?: boolean;
  readonly record?: string;
  readonly ways?: boolean;
  readonly scale: string;
  readonly seconds: number;
  readonly replace?: boolean;
  readonly allowNonempty?: boolean;
}

async function record(
  file: string,
  { scale, seconds, replace = false, allowNonempty }: Flags,
): Promise<void> {
  const messages = parseScale(scale);
  requireWritableFile(file);
  await using lab = await openLab({ allowNonempty });
  const recording = await recordSessions(lab, { messages, replace }, seconds);
  writeTextFile(file, `${JSON.stringify(recording)}\n`);
}

async function compareWays({
  scale,
  seconds,
  replace = false,
  allowNonempty,
  markdown,
}: Flags): Promise<void> {
  const messages = parseScale(scale);
  await using lab = await openLab({ allowNonempty });
  const tell = tellSince(performance.now());
  const scenarios = scenariosNamed(scenariosBothWays);
  const found = await timeTwoWays(lab, { messages, replace }, seconds, scenarios, tell);
  process.stdout.write(twoWaysText(found, markdown === true));
  const bad = found.filter(({ agreement }) => agreement !== 'agree');
  if (bad.length > 0) {
    throw new CheckFailure(
      `trigger modes and twin tables: ${bad.map(({ scenario, agreement }) => `${scenario} ${agreement}`).join(', ')}`,
    );
  }
}

function cells(row: CoverageRow): readonly string[] {
  return [
    row.model,
    row.ratio.toFixed(2),
    (row.held * 100).toFixed(1),
    row.meanRatio.toFixed(4),
    `±${row.meanHalfWidth.toFixed(4)}`,
    (row.stoppedEarly * 100).toFixed(0),
  ];
}
