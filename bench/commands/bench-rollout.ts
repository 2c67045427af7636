import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { adoptableDesign } from '../../db/adopt/designs.ts';
import { newCommand, onInterrupt, runCommand } from '../../db/cli/command.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { positiveNumber, wholeNumber } from '../../db/cli/flags.ts';
import { shownPath, writeTextFile } from '../../db/cli/output-path.ts';
import { tellSince } from '../../db/cli/tell-since.ts';
import { defaultDesignName } from '../../db/designs.ts';
import { openLab } from '../../db/lab.ts';
import { allowNonemptyFlag } from '../../db/server/guard.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { parseScale, scaleName } from '../../seed/data-set/scale.ts';
import { rolloutMarkdown, rolloutText } from '../report/rollout/rollout-text.ts';
import { createRunFolder, requireRunName } from '../results/run-folder.ts';
import type { RolloutResults } from '../rollout/results.ts';
import { runRollout } from '../rollout/run-rollout.ts';

interface Flags {
  readonly scale: string;
  readonly seed: number;
  readonly rate: number;
  readonly clients: number;
  readonly rollouts: number;
  readonly held: number;
  readonly calm: number;
  readonly design: string;
  readonly keep?: true;
  readonly out?: string;
  readonly run?: string;
  readonly allowNonempty?: boolean;
}

await runCommand(async () => {
  const flags = newCommand('bench:rollout')
    .description(
      'Rehearse how the check comes into a database that is in use: the files of npm run adopt, step by step beside traffic, in a database of its own',
    )
    .option('--scale <name|number>', 'messages that are there already', 'small')
    .option(
      '--seed <number>',
      'what the data and the traffic are drawn from',
      wholeNumber(0),
      defaultDataSet.seed,
    )
    .option('--rate <number>', 'operations a second of the traffic', positiveNumber, 500)
    .option('--clients <number>', 'sessions of the traffic', wholeNumber(1, 100), 8)
    .option(
      '--rollouts <number>',
      'undisturbed rollouts, each beside as long a stretch without one',
      wholeNumber(1, 100),
      1,
    )
    .option('--held <seconds>', 'how long a transaction stays open in the way', positiveNumber, 2)
    .option('--calm <seconds>', 'the stretch without a rollout, at least', positiveNumber, 10)
    .option(
      '--design <name>',
      "the design that is put in place of the default's, and taken back",
      'statement_trigger',
    )
    .option('--keep', 'leave the database')
    .option('--out <folder>', 'where runs are kept (default: reports)')
    .option('--run <name>', 'name of the run (default: time and scale)')
    .option(allowNonemptyFlag, 'go on beside a database that holds something the lab did not make')
    .parse()
    .opts<Flags>();
  const messages = parseScale(flags.scale);
  if (adoptableDesign(flags.design).name === defaultDesignName) {
    throw new UserError(`--design: ${flags.design} is the default; name another`);
  }
  if (flags.run !== undefined) requireRunName(flags.run);
  const folder = createRunFolder(`rollout-${scaleName(messages)}`, new Date(), {
    out: flags.out,
    runName: flags.run,
  });
  const remove = async (): Promise<void> => rmSync(folder.path, { recursive: true, force: true });
  const forget = onInterrupt(remove);
  const results = await rehearse(flags, messages).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  forget();
  writeTextFile(join(folder.path, 'rollout.json'), `${JSON.stringify(results)}\n`);
  writeTextFile(join(folder.path, 'summary.md'), rolloutMarkdown(results));
  const { writeRolloutPage } = await import('../report/rollout/rollout-page.ts');
  const page = writeRolloutPage(results, folder.path);
  process.stdout.write(`${rolloutText(results)}\nreport: ${shownPath(page)}\n`);
  const wrong = results.checks.filter(({ ok }) => !ok);
  if (wrong.length > 0) throw new CheckFailure(wrong.map(({ check }) => check).join('; '));
});

async function rehearse(flags: Flags, messages: number): Promise<RolloutResults> {
  await using lab = await openLab({ allowNonempty: flags.allowNonempty });
  return await runRollout(
    lab,
    {
      messages,
      seed: flags.seed,
      ratePerSecond: flags.rate,
      clients: flags.clients,
      rollouts: flags.rollouts,
      heldSeconds: flags.held,
      calmSeconds: flags.calm,
      otherDesign: flags.design,
      keep: flags.keep === true,
    },
    tellSince(performance.now()),
  );
}
