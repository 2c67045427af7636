import { InvalidArgumentError, Option } from 'commander';
import { newCommand } from '../../../db/cli/command.ts';
import { commandLine } from '../../../db/cli/command-line.ts';
import { UserError } from '../../../db/cli/errors.ts';
import { positiveNumber, seedMeaning, share, wholeNumber } from '../../../db/cli/flags.ts';
import { isolationLevels } from '../../../db/contract.ts';
import { type Design, defaultDesignName, designsNamed, listDesigns } from '../../../db/designs.ts';
import { databaseMeaning, databaseName } from '../../../db/server/databases.ts';
import { allowNonemptyFlag } from '../../../db/server/guard.ts';
import { defaultDataSet } from '../../../seed/data-set/data-set.ts';
import { parseScale } from '../../../seed/data-set/scale.ts';
import { readShape } from '../../../seed/shape/read-shape.ts';
import { shapeMeaning } from '../../../seed/shape/wanted-shape.ts';
import type { LivePort } from '../../live/start-live.ts';
import { requireRunName } from '../../results/run-folder.ts';
import { type ReplicationKind, replicationKinds } from '../results/failover-results.ts';
import { arrivalKinds } from '../workload/arrivals.ts';
import { type Mix, presetNames, readMix, validateMix } from '../workload/mix.ts';
import { numberKinds } from '../workload/number-kinds.ts';
import { mixOfShape } from '../workload/shape-mix.ts';
import { parseDelay, parseDuration, parseObjective, parseRange, parseRate } from './flag-values.ts';
import type { LoadOptions } from './load-options.ts';
import { requireFailover, requireSoak } from './long-runs.ts';
import { type PoolerPlace, parsePoolerPlace } from './pooler-place.ts';
import { type ReplayFlags, requireReplayable } from './replay.ts';

/** What the flags of `npm run load` ask for. */
export interface LoadRequest {
  readonly options: Omit<LoadOptions, 'dataSet'>;
  /** The data set to load onto, where not what is there; it may replace another. */
  readonly messages: number | undefined;
  readonly replace: boolean;
  readonly allowNonempty: boolean | undefined;
  readonly live: LivePort;
  /** JSON on standard output, and what people read on standard error. */
  readonly json: true | undefined;
  /** Where its verdicts go as JUnit XML. */
  readonly junit: string | undefined;
  readonly database: string | undefined;
  /** What is to be sent again. */
  readonly replay: ReplayFlags | undefined;
}

/** Reads the flags. Throws commander's error or a UserError of one line for whatever is wrong. */
export function readLoadFlags(args: readonly string[]): LoadRequest {
  const flags = parse(args);
  return {
    options: optionsFrom(flags, args),
    messages: flags.scale === undefined ? undefined : parseScale(flags.scale),
    replace: flags.replace ?? false,
    allowNonempty: flags.allowNonempty,
    live: flags.live,
    json: flags.json,
    junit: flags.junit,
    database: flags.database,
    replay:
      flags.trace === undefined
        ? undefined
        : {
            file: flags.trace,
            columns: flags.columns,
            speed: flags.speed ?? 1,
            durationS: flags.duration,
          },
  };
}

/** What is used where nothing is said. */
const defaultMix = 'campaign';
const defaultObjective = 'p99<10ms';
/** A standby that nobody waits for is mostly elsewhere. */
const asyncDelayMs = 20;

/** What was typed. */
export interface Flags extends Pick<LoadOptions, 'workers' | 'seed' | 'clients'> {
  readonly mix?: string;
  readonly shape?: string;
  readonly trace?: string;
  readonly columns?: string;
  readonly speed?: number;
  readonly design: string;
  readonly scale?: string;
  readonly replace?: boolean;
  readonly rate?: LoadOptions['rate'];
  readonly ramp?: NonNullable<LoadOptions['ramp']>['range'];
  readonly slo?: NonNullable<LoadOptions['ramp']>['objective'];
  readonly duration?: number;
  readonly drain: number;
  readonly arrivals?: Mix['arrivals'];
  readonly numbers?: Mix['numbers'];
  readonly blockedShare?: number;
  readonly isolation: LoadOptions['isolation'];
  readonly check: 'on' | 'off' | 'both';
  readonly comparePgbench?: boolean;
  readonly soak?: number;
  readonly failover?: ReplicationKind;
  readonly failovers?: number;
  readonly standbyDelay?: number;
  readonly pooler?: PoolerPlace;
  readonly live?: LivePort;
  readonly json?: true;
  readonly junit?: string;
  readonly straight?: boolean;
  readonly keep?: boolean;
  readonly out?: string;
  readonly run?: string;
  readonly allowNonempty?: boolean;
  readonly database?: string;
}

function parse(args: readonly string[]): Flags {
  const command = newCommand('load')
    .description(
      'Offer a load as the application would, time it, and verify the database afterwards',
    )
    .option(
      '--mix <name|file>',
      `a preset (${presetNames().join(', ')}) or a mix file (default: "${defaultMix}")`,
    )
    .option('--shape <name|file>', `instead of a mix: what was described, ${shapeMeaning}`)
    .option('--trace <file>', 'send an exported message log again (docs/shape.md), at its own pace')
    .option('--columns <file>', 'which column of the trace says what (default: by its header)')
    .option('--speed <factor>', 'send the trace so many times faster (default: 1)', positiveNumber)
    .option(
      '--mapping <file>',
      'in the tables of a mapping instead, whose rows stay: its flags are told by load --mapping FILE --help (docs/adopt.md)',
    )
    .option(
      '--rate <n|max>',
      'operations a second, sends and reports together; max: closed loop (default: 500)',
      parseRate,
    )
    .option(
      '--duration <time>',
      'how long operations are offered: 60, 5m, 2h (default: 30, in a ramp 10, beside pgbench 15)',
      parseDuration,
    )
    .option('--clients <n>', 'connections', wholeNumber(1, 4_000), 16)
    .option('--workers <n>', 'threads (default: one for 16 connections)', wholeNumber(1, 64))
    .option('--ramp <from..to>', 'search the highest rate that keeps the objective', parseRange)
    .option(
      '--slo <objective>',
      `what a load must keep, one or several with commas; exit code 1 where it does not, or no rate of a ramp does (default, for a ramp: "${defaultObjective}")`,
      parseObjective,
    )
    .option(
      '--check <on|off|both>',
      "off: switch the design's check off while the load runs, to know the ceiling without it; both: the load with it on, and again with it off",
      oneOf(['on', 'off', 'both'] as const),
      'on' as const,
    )
    .option(
      '--design <names|all>',
      'one design, or several with commas, in turn',
      defaultDesignName,
    )
    .option(
      '--scale <name|n>',
      'data set to load onto, seeded if it is not there (default: what is there)',
    )
    .option('--replace', 'let --scale replace another data set')
    .option('--seed <n>', seedMeaning, wholeNumber(0, 2 ** 32 - 1), defaultDataSet.seed)
    .option('--drain <time>', 'how long a backlog may be worked off at the end', parseDuration, 10)
    .option(
      '--isolation <level>',
      `isolation level (${isolationLevels.join(', ')})`,
      oneOf([...isolationLevels, 'default']),
      'default',
    )
    .option(
      '--arrivals <kind>',
      `gaps between arrivals (${arrivalKinds.join(', ')}; default: the mix's)`,
      oneOf(arrivalKinds),
    )
    .option(
      '--numbers <kind>',
      `how contacts are drawn (${numberKinds.join(', ')}; default: the mix's)`,
      oneOf(numberKinds),
    )
    .option(
      '--blocked-share <share>',
      "share of sends to blocked numbers (default: the mix's)",
      share,
    )
    .option(
      '--pooler <[user@]host:port>',
      'send through a pooler in transaction mode; DATABASE_URL names the server itself',
      parsePoolerPlace,
    )
    .option(
      '--straight',
      'on Citus: send to the node that has the number, past the coordinator that DATABASE_URL names',
    )
    .option('--compare-pgbench', 'closed loop in turns with pgbench, instead of a load')
    .option(
      '--soak <time>',
      'a load of that length, with an old transaction, checkpoints, another threshold and another design for a while; sizes and memory over time',
      parseDuration,
    )
    .addOption(
      new Option(
        '--failover [sync|async]',
        'kill a primary under load and promote its standby, both made for this: what is lost? sync: commits wait for the standby',
      )
        .preset('sync')
        .argParser(oneOf(replicationKinds)),
    )
    .option('--failovers <n>', 'so many, one after the other (default: 1)', wholeNumber(1, 10_000))
    .option(
      '--standby-delay <time>',
      `how long what the primary writes takes to the standby (default: 0, with async ${asyncDelayMs}ms)`,
      parseDelay,
    )
    .option(
      '--live [port]',
      'a page on this machine that shows the load as it goes, and is its report when it ends',
      wholeNumber(0, 65_535),
    )
    .option(
      '--json',
      'the figures and verdicts as JSON on standard output; what people read goes to standard error',
    )
    .option('--junit <file>', 'write its verification and objective as JUnit XML')
    .option('--out <folder>', 'where runs are kept (default: reports)')
    .option('--run <name>', 'name of the run (default: time and mix)')
    .option('--keep', 'leave what the run made in the database')
    .option('--database <name>', databaseMeaning, databaseName)
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .addHelpText(
      'after',
      `\nDesigns: ${listDesigns()
        .map(({ name }) => name)
        .join(', ')}`,
    )
    .parse(args, { from: 'user' });
  return command.opts<Flags>();
}

function optionsFrom(flags: Flags, args: readonly string[]): Omit<LoadOptions, 'dataSet'> {
  if (flags.ramp !== undefined && flags.rate !== undefined) {
    throw new UserError('--ramp searches the rate: leave --rate out');
  }
  if (flags.rate === 'max' && flags.arrivals !== undefined) {
    throw new UserError('--rate max is a closed loop, without arrivals: leave --arrivals out');
  }
  requireReplayable(flags);
  const designs = designsNamed(flags.design);
  if (flags.comparePgbench) requireComparison(flags, designs.length);
  if (flags.workers !== undefined && flags.workers > flags.clients) {
    throw new UserError(`${flags.workers} workers cannot share ${flags.clients} connections`);
  }
  if (flags.replace && flags.scale === undefined) {
    throw new UserError('--replace needs --scale');
  }
  if (flags.run !== undefined) requireRunName(flags.run);
  if (flags.pooler !== undefined) requirePoolable(flags, designs);
  requireFailover(flags, designs);
  if (flags.soak !== undefined) requireSoak(flags, designs);
  if (flags.pooler !== undefined && flags.straight) {
    throw new UserError('--straight goes to the nodes, past a --pooler: leave one of them out');
  }
  if (flags.shape !== undefined && flags.mix !== undefined) {
    throw new UserError('--shape says the mix: leave --mix out');
  }
  const mix =
    flags.shape === undefined
      ? readMix(flags.mix ?? defaultMix)
      : validateMix(mixOfShape(readShape(flags.shape)));
  const blockedShare = flags.blockedShare ?? mix.blockedShare;
  if (blockedShare + mix.freshShare > 1) {
    throw new UserError(
      `--blocked-share ${blockedShare} and the mix's freshShare ${mix.freshShare} together exceed 1`,
    );
  }
  const short = flags.ramp !== undefined;
  return {
    designs,
    mix: {
      ...mix,
      arrivals: flags.arrivals ?? mix.arrivals,
      numbers: flags.numbers ?? mix.numbers,
      blockedShare,
    },
    rate: flags.rate ?? 500,
    ramp:
      flags.ramp === undefined
        ? undefined
        : { range: flags.ramp, objective: flags.slo ?? parseObjective(defaultObjective) },
    objective: flags.ramp === undefined ? flags.slo : undefined,
    checks: flags.check === 'both' ? ['on', 'off'] : [flags.check],
    comparePgbench: flags.comparePgbench ?? false,
    soak: flags.soak !== undefined,
    failovers:
      flags.failover === undefined
        ? undefined
        : {
            replication: flags.failover,
            count: flags.failovers ?? 1,
            standbyDelayMs: flags.standbyDelay ?? (flags.failover === 'async' ? asyncDelayMs : 0),
          },
    pooler: flags.pooler,
    straight: flags.straight ?? false,
    durationS:
      flags.soak ??
      flags.duration ??
      (flags.comparePgbench ? 15 : short || flags.failover ? 10 : 30),
    drainS: flags.drain,
    clients: flags.clients,
    workers: flags.workers,
    seed: flags.seed,
    isolation: flags.isolation,
    keep: flags.keep ?? false,
    out: flags.out,
    runName: flags.run,
    commandLine: commandLine('load', args),
  };
}

/** Refuses what a session would have to keep from one transaction to the next. */
function requirePoolable(flags: Flags, designs: readonly Design[]): void {
  if (flags.isolation !== 'default') {
    throw new UserError(
      '--isolation is a setting of a session, which --pooler shares: leave it out',
    );
  }
  const bound = designs
    .filter(({ sessionSql }) => sessionSql !== undefined)
    .map(({ name }) => name);
  if (bound.length > 0) {
    throw new UserError(
      `${bound.join(', ')}: a session must take a role first, and --pooler shares sessions`,
    );
  }
}

/** Refuses what a comparison with pgbench does not heed: its load is its own. */
function requireComparison(flags: Flags, designs: number): void {
  if (flags.ramp !== undefined || flags.rate !== undefined) {
    throw new UserError(
      '--compare-pgbench is a closed loop of its own: leave --rate and --ramp out',
    );
  }
  const given: Readonly<Record<string, boolean>> = {
    '--mix': flags.mix !== undefined,
    '--shape': flags.shape !== undefined,
    '--arrivals': flags.arrivals !== undefined,
    '--numbers': flags.numbers !== undefined,
    '--blocked-share': flags.blockedShare !== undefined,
    '--isolation': flags.isolation !== 'default',
    '--keep': flags.keep === true,
    '--slo': flags.slo !== undefined,
    '--check': flags.check !== 'on',
    '--pooler': flags.pooler !== undefined,
    '--straight': flags.straight === true,
  };
  const unheeded = Object.keys(given).filter((flag) => given[flag]);
  if (unheeded.length > 0) {
    throw new UserError(
      `--compare-pgbench has a mix of its own, sends alone, and removes them: leave ${unheeded.join(', ')} out`,
    );
  }
  if (designs > 1) {
    throw new UserError('--compare-pgbench is for one design: name it with --design');
  }
}

function oneOf<T extends string>(known: readonly T[]): (text: string) => T {
  return (text) => {
    const found = known.find((value) => value === text);
    if (found === undefined) throw new InvalidArgumentError(`not one of ${known.join(', ')}.`);
    return found;
  };
}
