import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { positiveNumber, seedMeaning, share, wholeNumber } from '../../db/cli/flags.ts';
import { shownPath, writeTextFile } from '../../db/cli/output-path.ts';
import { tellSince } from '../../db/cli/tell-since.ts';
import { defaultDesignName, designOf, listDesigns } from '../../db/designs.ts';
import { openLab } from '../../db/lab.ts';
import { tellCapabilities } from '../../db/server/capabilities.ts';
import { databaseMeaning, databaseName } from '../../db/server/databases.ts';
import { allowNonemptyFlag } from '../../db/server/guard.ts';
import { citus } from '../../db/topologies/topology.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { shapeMeaning } from '../../seed/shape/wanted-shape.ts';
import { labAt, labBeside } from '../against/control-lab.ts';
import { type AgainstOptions, readAgainst } from '../against/options.ts';
import { runAgainst } from '../against/run-against.ts';
import { labWithSettings } from '../against/second-server.ts';
import { whyNotCounted } from '../instructions/count-instructions.ts';
import { type LivePort, startLive } from '../live/start-live.ts';
import { openMapped } from '../mapped/open.ts';
import { type MappedOptions, readMappedOptions } from '../mapped/options.ts';
import { runMapped } from '../mapped/run-mapped.ts';
import { parsePoolerPlace } from '../network/pooler-place.ts';
import { throughPoolerLines } from '../network/through-pooler.ts';
import { withPlacement } from '../paired/pin-sessions.ts';
import { withPrefault } from '../paired/prefault.ts';
import type { ForPrograms } from '../report/programs/tell-programs.ts';
import { notMeasured } from '../run/asked-for.ts';
import { onTopology } from '../run/on-topology.ts';
import { type BenchFlags, defaultSeconds, readOptions } from '../run/options.ts';
import { runBench } from '../run/run.ts';
import { allScenarios } from '../scenarios/index.ts';

await runCommand(async () => {
  const flags = newCommand('bench')
    .description('Measure what the opt-out check costs, and keep results and plans under reports/')
    .option(
      '--scale <name|number>',
      'tiny, small, medium, large, or a number of messages (default: "small")',
    )
    .option('--seed <number>', `${seedMeaning} (default: ${defaultDataSet.seed})`, wholeNumber(0))
    .option('--shape <name|file>', `data that look like what was described: ${shapeMeaning}`)
    .option(
      '--designs <names|all>',
      `designs to time (default: ${defaultDesignName}; the other designs are explained, not timed)`,
    )
    .option(
      '--scenarios <names|all>',
      'scenarios to time (default: the common ones; fewer where several designs are timed)',
    )
    .option('--sweep <sizes>', 'seed and measure each size in turn, such as 10k,100k,1M')
    .option('--clients <number>', 'also this many clients at once, 1 to 16', wholeNumber(1, 16))
    .option(
      '--blocked-share <share>',
      'share of messages to blocked numbers, in the scenario "mixed" (default: 0.04)',
      share,
    )
    .option(
      '--max-seconds <number>',
      `time for timing, all designs together (default: ${defaultSeconds.oneDesign}, for several designs ${defaultSeconds.manyDesigns})`,
      positiveNumber,
    )
    .option(
      '--quick',
      'a first answer within half a minute of a started server: four scenarios, no other design’s plans, no pgbench',
    )
    .option(
      '--plans',
      'the plans of all designs that are not timed too, however long it takes (default: while there is time)',
    )
    .option(
      '--pin-sessions',
      'keep the server’s side of the timed sessions on one processor, or end where that cannot be (default: where it can be: the embedded server, on Linux)',
    )
    .option('--no-pin-sessions', 'leave it to the system where they run')
    .option(
      '--prefault',
      'let every session read the indexes of the lookup before it is timed, as one that has been open for long has (default: indexes up to 32 MB, or 512 MB where the server’s memory is in huge pages, and where the role may)',
    )
    .option('--no-prefault', 'time sessions as they are when they are new')
    .option('--no-plans', 'take no plans, not of the timed designs either')
    .option(
      '--precision <share>',
      'half-width of a one-row ratio at which a scenario ends, twice that for a thousand rows and for reports (default: 0.01)',
      precision,
    )
    .option(
      '--instructions',
      'also count the instructions, pages and WAL of one execution, of every design of the run (default: of the default design, where valgrind is installed and there is time)',
    )
    .option('--no-instructions', 'count none')
    .option(
      '--against-design <name>',
      'one design against another, statement by statement, in two databases of the server',
    )
    .option(
      '--against-schema <version>',
      'the schema against an older one: the version of the last migration that it has',
    )
    .option('--against <url>', 'the server against another one, with the same data')
    .option(
      '--against-settings <file>',
      'the embedded server against a second one, made for this, that has the settings of a file besides: "name = value" lines, as in postgresql.conf',
    )
    .option(
      '--mapping <file>',
      'in the tables of a mapping, into which npm run adopt has brought the check: every row is rolled back (docs/adopt.md)',
    )
    .option(
      '--pooler <[user@]host:port>',
      'time through a pooler in transaction mode; DATABASE_URL names the server itself',
      parsePoolerPlace,
    )
    .option(
      '--json',
      'the answers and figures as JSON on standard output; what people read goes to standard error',
    )
    .option('--junit <file>', 'write behaviours and answers as JUnit XML')
    .option(
      '--live [port]',
      'a page on this machine that shows the figures as they come, and is the report when the run ends',
      wholeNumber(0, 65_535),
    )
    .option('--out <folder>', 'where runs are kept (default: reports)')
    .option('--run <name>', 'name of the run (default: time and scale)')
    .option('--resume', 'go on with the run named by --run if it was interrupted, else begin it')
    .option('--replace', 'empty a data set of another scale or seed first')
    .option('--database <name>', databaseMeaning, databaseName)
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .addHelpText(
      'after',
      `\nDesigns: ${namesOf(listDesigns())}\n\nScenarios: ${namesOf(allScenarios)}\n\nExit code 1: a check of the default design failed, or a design that was asked for could not be built or\nfailed a behaviour; the results of the others are kept.`,
    )
    .parse()
    .opts<BenchFlags & ForPrograms & { readonly live?: LivePort }>();
  const mapped = readMappedOptions(flags);
  if (mapped !== undefined) {
    if (flags.json === true || flags.junit !== undefined || flags.live !== undefined) {
      throw new UserError(
        'a mapping has no --json, no --junit and no --live: mapped.json holds the figures',
      );
    }
    return benchMapped(mapped, flags);
  }
  const against = readAgainst(flags);
  if (against !== undefined) {
    if (flags.json === true || flags.junit !== undefined) {
      throw new UserError(
        'two places have no --json and no --junit: against.json holds the figures',
      );
    }
    if (flags.database !== undefined) {
      throw new UserError('two places are compared in the default database: leave --database out');
    }
    return compareTwoPlaces(against, flags);
  }
  const options = readOptions(flags, (line) => void process.stderr.write(`${line}\n`));
  const notCounted = options.instructions === 'every design' ? whyNotCounted() : undefined;
  if (notCounted !== undefined) process.stderr.write(`no instructions: ${notCounted}\n`);
  await using lab = await openLab({
    allowNonempty: flags.allowNonempty,
    database: flags.database,
  });
  const warn = (line: string): void => void process.stderr.write(`${line}\n`);
  await tellCapabilities(lab, 'bench', warn);
  if (options.pooler !== undefined) throughPoolerLines(options.pooler).forEach(warn);
  const startedMs = performance.now();
  await using live = await startLive('bench', 'A bench, live', flags.live);
  const tell = tellSince(startedMs);
  const placed = await withPlacement(onTopology(options, lab.topology), flags.pinSessions, [lab]);
  const folder = await runBench(
    lab,
    await withPrefault(placed, flags.prefault, lab),
    (what) => {
      tell(what);
      live?.send('says', { words: what });
    },
    (figure) => live?.send('figures', figure),
  );
  // not before they are needed: they bring the charts with them
  const { writeReport } = await import('../report/write-report.ts');
  const { terminalSummary } = await import('../report/terminal-summary.ts');
  const { results, pagePath } = writeReport(folder);
  const { tellOfRun } = await import('../report/programs/tell-programs.ts');
  (flags.json === true ? process.stderr : process.stdout).write(
    terminalSummary(results, shownPath(pagePath)),
  );
  tellOfRun(results, flags);
  await live?.finish(readFileSync(pagePath, 'utf8'));
  const missing = notMeasured(
    results,
    options.designs.map(({ name }) => name),
  );
  if (missing.length > 0) throw new CheckFailure(missing.join('; '));
});

async function benchMapped(options: MappedOptions, flags: BenchFlags): Promise<void> {
  await using lab = await openMapped(options.mapping, flags);
  const placed = await withPlacement(options, flags.pinSessions, [lab]);
  const { folder, results } = await runMapped(lab, placed, tellSince(performance.now()));
  const { mappedMarkdown, mappedText } = await import('../report/mapped-text.ts');
  writeTextFile(join(folder, 'summary.md'), mappedMarkdown(results));
  process.stdout.write(`${mappedText(results)}\nkept in ${shownPath(folder)}\n`);
  const failed = results.scenarios.filter(({ failure }) => failure !== undefined);
  if (failed.length > 0) {
    throw new CheckFailure(failed.map(({ name, failure }) => `${name}: ${failure}`).join('; '));
  }
}

async function compareTwoPlaces(options: AgainstOptions, flags: BenchFlags): Promise<void> {
  const { against, allowNonempty } = options;
  await using lab = await openLab({ allowNonempty });
  if (lab.topology === citus && against.differs !== 'server') {
    throw new UserError(
      'a cluster is compared with another server: --against names it; the lab makes no second database on every node',
    );
  }
  const { design } = options;
  const here = { ...onTopology(options, lab.topology), design: designOf(lab.topology, design) };
  await using control =
    against.differs === 'server'
      ? await labAt(lab, against.url, allowNonempty)
      : against.differs === 'settings'
        ? await labWithSettings(lab, against)
        : await labBeside(lab);
  const placed = await withPlacement(here, flags.pinSessions, [lab, control]);
  const tell = tellSince(performance.now());
  const { folder, results } = await runAgainst(lab, control, placed, tell);
  const { againstMarkdown, againstText } = await import('../report/against-text.ts');
  writeTextFile(join(folder, 'summary.md'), againstMarkdown(results));
  process.stdout.write(`${againstText(results)}\nkept in ${shownPath(folder)}\n`);
}

function namesOf(items: readonly { readonly name: string }[]): string {
  return items.map(({ name }) => name).join(', ');
}

function precision(text: string): number {
  const value = share(text);
  if (value === 0) throw new InvalidArgumentError('not a share above 0.');
  return value;
}
