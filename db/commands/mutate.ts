import { join } from 'node:path';
import { newCommand, onInterruptGoOnWith, runCommand } from '../cli/command.ts';
import { commandLine, withoutFlag } from '../cli/command-line.ts';
import { CheckFailure } from '../cli/errors.ts';
import { seedMeaning, wholeNumber } from '../cli/flags.ts';
import { makeFolders, shownPath } from '../cli/output-path.ts';
import { workingDir } from '../cli/working-dir.ts';
import { closing } from '../connection/closing.ts';
import { type Design, defaultDesignName, designsNamed, listDesigns } from '../designs.ts';
import { readExplained, whySurvives } from '../mutation/explained.ts';
import { forgetTried, readTried, type Tried } from '../mutation/journal.ts';
import { ownMutants, runMutants } from '../mutation/run-mutants.ts';
import { buildSchemaTests } from '../mutation/schema-tests.ts';
import { tableOf } from '../mutation/table.ts';
import { openTestServer } from '../testing/test-server.ts';

await runCommand(async () => {
  const flags = newCommand('mutate')
    .description(
      'Change the schema of a design in one place after another, and look whether conformance, permutations, random histories or the tests of the schema tell',
    )
    .option(
      '--designs <names|all>',
      `designs, with commas (default: "${defaultDesignName}")`,
      designsNamed,
    )
    .option('--only <words>', 'only mutants whose name holds one of these, with commas')
    .option('--permutations <n>', 'permutations a case and level', wholeNumber(1), 3)
    .option('--histories <n>', 'random histories a mutant', wholeNumber(1), 40)
    .option('--jobs <n>', 'mutants at the same time', wholeNumber(1, 16), 2)
    .option('--out <folder>', 'where the verdicts are kept (default: reports/mutation)')
    .option(
      '--again',
      'forget the verdicts of an earlier run (with --only: those); without it that is gone on with',
    )
    .option(
      '--patience <times>',
      'how many times as long as on the schema as it is a check may take, and five seconds: one that takes longer has timed out',
      wholeNumber(1),
      10,
    )
    .option(
      '--apart',
      'try each mutant alone; without it those that are explained are made beside others, one of each object',
    )
    .option('--timed-out', 'forget the verdicts of those that timed out, and try them again')
    .option('--count', 'try nothing: print how many there are, by design')
    .option('--table', 'try nothing: print what was found so far, by design, as Markdown')
    .option('--seed <n>', seedMeaning, wholeNumber(0), 1)
    .parse()
    .opts<{
      designs?: readonly Design[];
      only?: string;
      permutations: number;
      histories: number;
      jobs: number;
      again?: true;
      apart?: true;
      count?: true;
      out?: string;
      patience: number;
      timedOut?: true;
      table?: true;
      seed: number;
    }>();
  const folder = flags.out ?? join(workingDir, 'reports', 'mutation');
  makeFolders(folder);
  const explained = readExplained();
  const only = flags.only?.split(',') ?? [];
  let unexplained = 0;
  if (flags.table === true) {
    const found = (flags.designs ?? listDesigns()).map(({ name }) => ({
      name,
      tried: [...readTried(join(folder, `${name}.jsonl`)).values()],
    }));
    const any = found.filter(({ tried }) => tried.length > 0);
    process.stdout.write(`${tableOf(any, explained)}\n`);
    return;
  }
  const designs = flags.designs ?? designsNamed(defaultDesignName);
  await closing(async (defer) => {
    const server = await openTestServer();
    defer(() => server.close());
    if (flags.count === true) {
      for (const design of designs) {
        const mutants = await ownMutants(server.url, design);
        const no = mutants.filter(({ isSql }) => !isSql).length;
        process.stdout.write(`${design.name}: ${mutants.length} mutants, ${no} of them no SQL\n`);
      }
      return;
    }
    const schemaTests = await buildSchemaTests(server);
    defer(() => schemaTests.remove());
    for (const design of designs) {
      const journal = join(folder, `${design.name}.jsonl`);
      const isNamed = ({ id }: Tried): boolean =>
        only.length === 0 || only.some((word) => id.includes(word));
      if (flags.again === true) forgetTried(journal, isNamed);
      if (flags.timedOut === true) {
        forgetTried(journal, (tried) => tried.state === 'timed out' && isNamed(tried));
      }
      onInterruptGoOnWith(() =>
        commandLine(
          'mutate',
          withoutFlag(
            withoutFlag(process.argv.slice(2), '--again', 'switch'),
            '--timed-out',
            'switch',
          ),
        ),
      );
      const tried = await runMutants(server.url, {
        design,
        schemaTests,
        trial: {
          permutationsPerCase: flags.permutations,
          histories: flags.histories,
          seed: flags.seed,
          patience: flags.patience,
        },
        jobs: flags.jobs,
        only,
        journal,
        apart: flags.apart === true,
        isExplained: (id) => whySurvives(id, explained) !== undefined,
        tried: (one, done, count) =>
          process.stderr.write(
            `${done} of ${count}: ${one.state}${'by' in one ? ` (${one.by}: ${one.why})` : ''}: ${one.id}\n`,
          ),
      });
      const count = (state: string): number => tried.filter((one) => one.state === state).length;
      const survived = tried.filter(({ state }) => state === 'survived');
      const open = survived.filter(({ id }) => whySurvives(id, explained) === undefined);
      unexplained += open.length;
      process.stdout.write(
        `${design.name}: ${tried.length} mutants, ${count('not SQL')} of them no SQL; ${count('caught')} caught, ` +
          `${count('timed out')} timed out, ${survived.length} survived, ${survived.length - open.length} of those explained (${shownPath(journal)})\n`,
      );
      for (const { id } of open) process.stdout.write(`  not explained: ${id}\n`);
    }
  });
  if (unexplained > 0)
    throw new CheckFailure(`${unexplained} mutants survived, and nothing says why`);
});
