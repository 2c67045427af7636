import { writeFileSync } from 'node:fs';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { CheckFailure, messageOf, UserError } from '../../db/cli/errors.ts';
import { findLoad, readLoad } from '../load/results/read-load.ts';
import { findMapped, readMapped } from '../mapped/read-mapped.ts';
import { compareLoads } from '../report/compare/compare-loads.ts';
import { compareMappedText, otherTables } from '../report/compare/compare-mapped.ts';
import { compareRuns } from '../report/compare/compare-runs.ts';
import { comparisonPage } from '../report/compare/comparison-page.ts';
import { comparisonMarkdown, comparisonText } from '../report/compare/comparison-text.ts';
import { figuresOfKind } from '../report/compare/figure-kinds.ts';
import { findRun } from '../report/compare/find-run.ts';
import { type Gate, gateFailures, type Limit, parseLimit } from '../report/compare/gate.ts';
import { planChangesText, plansText } from '../report/compare/plans-text.ts';
import { comparisonJson } from '../report/programs/comparison-json.ts';
import { type JunitSuite, junitXml } from '../report/programs/junit.ts';
import { readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';

interface Options {
  readonly failOn?: readonly Limit[];
  readonly require?: readonly string[];
  readonly markdown?: string;
  readonly html?: string;
  readonly json?: true;
  readonly junit?: string;
}

await runCommand(async () => {
  const program = newCommand('compare')
    .description(
      'Say whether two runs, or two loads, can be compared, and then what differs: figures, plans, environment',
    )
    .argument('<before>', 'a run or a load: its name under reports/, or a path')
    .argument('<after>', 'the run or load to hold against it')
    .option(
      '--fail-on <limit>',
      'exit with 1 if anything is slower by more (5%), or has more of a figure without noise (instructions=1%), or is missing; may be given again',
      (text: string, earlier: readonly Limit[] = []) => [...earlier, parseLimit(text)],
    )
    .option(
      '--require <scenario>',
      'exit with 1 unless this scenario could be judged; may be given again',
      (text: string, earlier: readonly string[] = []) => [...earlier, text],
    )
    .option('--markdown <file>', 'write the comparison as Markdown')
    .option('--html <file>', 'write the comparison as a page')
    .option('--json', 'print the comparison as JSON instead')
    .option('--junit <file>', 'write what --fail-on and --require ask as JUnit XML')
    .addHelpText(
      'after',
      `
With --fail-on or --require, exit code 1 too where the runs cannot be compared (other data, durability or
method), where the later run lacks a figure that the earlier one has, and where nothing could be judged.
Of a load, scenarios are called like campaign-p99, of a ramp: ramp.`,
    )
    .action((before: string, after: string, options: Options) => {
      if (!compareMapped(before, after, options)) compare(before, after, options);
    });
  program
    .command('plans')
    .description('Show the access path of every check, or between two runs which plans changed')
    .argument('[run]', 'a run', 'latest')
    .argument('[after]', 'another run: show only what changed shape')
    .action((run: string, after: string | undefined) => {
      const text =
        after === undefined ? plansText(read(run)) : planChangesText(read(run), read(after));
      process.stdout.write(text);
    });
  await program.parseAsync();
});

function compare(before: string, after: string, options: Options): void {
  const [earlier, later] = [findLoad(before), findLoad(after)];
  const areLoads = earlier !== undefined && later !== undefined;
  const runs = areLoads ? undefined : ([read(before), read(after)] as const);
  const comparison =
    runs !== undefined
      ? compareRuns(...runs)
      : compareLoads(readLoad(earlier ?? before), readLoad(later ?? after));
  if (options.json !== true) process.stdout.write(comparisonText(comparison));
  if (options.markdown !== undefined) write(options.markdown, comparisonMarkdown(comparison));
  if (options.html !== undefined) write(options.html, comparisonPage(comparison));
  const gate = { limits: options.failOn ?? [], required: options.require ?? [] };
  const failures = gateFailures(comparison, gate, (kind) => {
    if (runs === undefined) throw new UserError(`a load has no ${kind}: a bench run can have them`);
    return [figuresOfKind(kind, runs[0]), figuresOfKind(kind, runs[1])];
  });
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(comparisonJson(comparison, failures), null, 2)}\n`);
  }
  if (options.junit !== undefined) write(options.junit, junitXml([gateSuite(gate, failures)]));
  if (failures.length > 0) throw new CheckFailure(failures.join('; '));
}

/** Compares two runs in a mapping's tables; false where neither is one. */
function compareMapped(before: string, after: string, options: Options): boolean {
  const [first, second] = [findMapped(before), findMapped(after)];
  if (first === undefined && second === undefined) return false;
  if (first === undefined || second === undefined) {
    const mapped = first === undefined ? after : before;
    throw new UserError(`"${mapped}" is of a mapping, the other run is not: it ${otherTables}`);
  }
  if (Object.keys(options).length > 0) {
    throw new UserError('two runs of a mapping are compared without flags');
  }
  process.stdout.write(compareMappedText(readMapped(first), readMapped(second)));
  return true;
}

/** The gate as one case: its failures say which limit. */
function gateSuite({ limits, required }: Gate, failures: readonly string[]): JunitSuite {
  const asked = [
    ...limits.map(
      ({ kind, share }) => `${kind} at most ${Number((share * 100).toPrecision(3))} % more`,
    ),
    ...required.map((scenario) => `${scenario} judged`),
  ];
  const failure = failures.length === 0 ? {} : { failure: failures.join('; ') };
  return { name: 'compare', cases: [{ name: asked.join(', ') || 'no limit', ...failure }] };
}

function read(run: string): Results {
  return readResults(findRun(run));
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}
