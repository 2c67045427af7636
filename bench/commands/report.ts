import { join } from 'node:path';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { UserError } from '../../db/cli/errors.ts';
import { shownPath, writeTextFile } from '../../db/cli/output-path.ts';
import { findLoad, readLoad } from '../load/results/read-load.ts';
import { findMapped, readMapped } from '../mapped/read-mapped.ts';
import { findRun } from '../report/compare/find-run.ts';
import { writeLoadPage } from '../report/load/load-page.ts';
import { summaryText } from '../report/load/terminal-summary.ts';
import { mappedMarkdown, mappedText } from '../report/mapped-text.ts';
import { type ForPrograms, tellOfLoad, tellOfRun } from '../report/programs/tell-programs.ts';
import { writeRolloutPage } from '../report/rollout/rollout-page.ts';
import { rolloutMarkdown, rolloutText } from '../report/rollout/rollout-text.ts';
import { terminalSummary } from '../report/terminal-summary.ts';
import { writeReport } from '../report/write-report.ts';
import { findRollout, readRollout } from '../rollout/read-rollout.ts';

await runCommand(async () => {
  const command = newCommand('report')
    .description(
      'Make the report of a run, a load or a rollout again from its results, without a database',
    )
    .argument('[run]', 'a name under reports/, or a path', 'latest')
    .option('--json', 'print the answers and figures as JSON instead')
    .option(
      '--junit <file>',
      'write its behaviours and answers, or what a load had to keep, as JUnit XML',
    )
    .parse();
  const flags = command.opts<ForPrograms>();
  const name = String(command.processedArgs[0]);
  const load = findLoad(name);
  if (load !== undefined) {
    const results = readLoad(load);
    const page = writeLoadPage(results, load);
    if (flags.json !== true)
      process.stdout.write(`${summaryText(results)}\n\n${shownPath(page)}\n`);
    tellOfLoad(results, flags);
    return;
  }
  const mapped = findMapped(name);
  if (mapped !== undefined) {
    if (flags.json === true || flags.junit !== undefined) {
      throw new UserError('a mapping has no --json and no --junit: mapped.json holds its figures');
    }
    const results = readMapped(mapped);
    const file = join(mapped, 'summary.md');
    writeTextFile(file, mappedMarkdown(results));
    process.stdout.write(`${mappedText(results)}\n${shownPath(file)}\n`);
    return;
  }
  const rollout = findRollout(name);
  if (rollout !== undefined) {
    if (flags.json === true || flags.junit !== undefined) {
      throw new UserError('a rollout has no --json and no --junit: rollout.json holds its figures');
    }
    const results = readRollout(rollout);
    writeTextFile(join(rollout, 'summary.md'), rolloutMarkdown(results));
    const page = writeRolloutPage(results, rollout);
    process.stdout.write(`${rolloutText(results)}\n${shownPath(page)}\n`);
    return;
  }
  const { results, pagePath } = writeReport(findRun(name));
  if (flags.json !== true) process.stdout.write(terminalSummary(results, shownPath(pagePath)));
  tellOfRun(results, flags);
});
