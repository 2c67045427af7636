import { writeFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { CheckFailure, messageOf, UserError } from '../../db/cli/errors.ts';
import { compareRuns, slowerThan } from '../report/compare/compare-runs.ts';
import { comparisonPage } from '../report/compare/comparison-page.ts';
import { comparisonMarkdown, comparisonText } from '../report/compare/comparison-text.ts';
import { findRun } from '../report/compare/find-run.ts';
import { planChangesText, plansText } from '../report/compare/plans-text.ts';
import { formatChange } from '../report/format.ts';
import { readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';

interface Options {
  readonly failOn?: number;
  readonly markdown?: string;
  readonly html?: string;
}

await runCommand(async () => {
  const program = newCommand('compare')
    .description('Say what differs between two runs: figures, plans, environment')
    .argument('<before>', 'a run: its name under reports/, or a path')
    .argument('<after>', 'the run to hold against it')
    .option('--fail-on <percent>', 'exit with 1 if anything is slower by more, like 5%', percent)
    .option('--markdown <file>', 'write the comparison as Markdown')
    .option('--html <file>', 'write the comparison as a page')
    .action(compare);
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
  const comparison = compareRuns(read(before), read(after));
  process.stdout.write(comparisonText(comparison));
  if (options.markdown !== undefined) write(options.markdown, comparisonMarkdown(comparison));
  if (options.html !== undefined) write(options.html, comparisonPage(comparison));
  if (options.failOn === undefined) return;
  const slower = slowerThan(comparison, options.failOn);
  const worst = slower[0];
  if (worst === undefined) return;
  throw new CheckFailure(
    `${slower.length} slower by more than ${options.failOn * 100} % with the whole interval, the most ${worst.design}, ${worst.title}: ${formatChange(worst.ratio)}`,
  );
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

function percent(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?%?$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('Say a percentage, like 5%.');
  return Number(match[1]) / 100;
}
