import { InvalidArgumentError } from 'commander';
import { newCommand } from '../../db/command.ts';
import { defaultDesignName, designNamed, listDesigns } from '../../db/designs.ts';
import { UserError } from '../../db/errors.ts';
import { share } from '../../db/flags.ts';
import { allowNonemptyFlag } from '../../db/guard.ts';
import { parseScale } from '../../seed/scale.ts';
import { requireRunName } from '../run-folder.ts';
import { type Mix, numberKinds, presetNames, readMix } from './mix.ts';
import { isolationLevels } from './plan.ts';
import { parseDuration, parseObjective, parseRange, parseRate, parseWhole } from './rules.ts';
import { defaultSeed, type LoadOptions } from './run-load.ts';
import { arrivalKinds } from './schedule.ts';

/** What the flags of `npm run load` ask for. */
export interface LoadRequest {
  readonly options: Omit<LoadOptions, 'dataSet'>;
  /** The data set to load onto, where not what is there; it may replace another. */
  readonly messages: number | undefined;
  readonly replace: boolean;
  readonly allowNonempty: boolean | undefined;
}

/** Reads the flags. Throws commander's error or a UserError of one line for whatever is wrong. */
export function readLoadFlags(args: readonly string[]): LoadRequest {
  const flags = parse(args);
  return {
    options: optionsFrom(flags, args),
    messages: flags.scale === undefined ? undefined : parseScale(flags.scale),
    replace: flags.replace,
    allowNonempty: flags.allowNonempty,
  };
}

interface Flags extends Pick<LoadOptions, 'workers' | 'seed' | 'keep' | 'clients'> {
  readonly mix: string;
  readonly design: string;
  readonly scale?: string;
  readonly replace: boolean;
  readonly rate?: LoadOptions['rate'];
  readonly ramp?: NonNullable<LoadOptions['ramp']>['range'];
  readonly slo?: NonNullable<LoadOptions['ramp']>['objective'];
  readonly duration?: number;
  readonly drain: number;
  readonly arrivals?: Mix['arrivals'];
  readonly numbers?: Mix['numbers'];
  readonly blockedShare?: number;
  readonly isolation: LoadOptions['isolation'];
  readonly comparePgbench: boolean;
  readonly out?: string;
  readonly run?: string;
  readonly allowNonempty?: boolean;
}

function parse(args: readonly string[]): Flags {
  const command = newCommand('load')
    .description(
      'Offer a load as the application would, time it, and verify the database afterwards',
    )
    .option('--mix <name|file>', `a preset (${presetNames().join(', ')}) or a mix file`, 'campaign')
    .option(
      '--rate <n|max>',
      'operations a second, sends and reports together; max: closed loop (default 500)',
      argument(parseRate),
    )
    .option(
      '--duration <time>',
      'how long operations are offered: 60, 5m, 2h (default 30, in a ramp 10)',
      argument(parseDuration),
    )
    .option('--clients <n>', 'connections', argument(parseWhole('--clients', 1, 4_000)), 16)
    .option(
      '--workers <n>',
      'threads (default: one for 16 connections)',
      argument(parseWhole('--workers', 1, 64)),
    )
    .option(
      '--ramp <from..to>',
      'search the highest rate that keeps the objective',
      argument(parseRange),
    )
    .option(
      '--slo <objective>',
      'what a ramp must keep: p99<5ms, or several with commas',
      argument(parseObjective),
    )
    .option('--design <names>', 'one design, or several with commas, in turn', defaultDesignName)
    .option(
      '--scale <name|n>',
      'data set to load onto, seeded if it is not there (default: what is there)',
    )
    .option('--replace', 'let --scale replace another data set', false)
    .option(
      '--seed <n>',
      'seed of all draws',
      argument(parseWhole('--seed', 0, 2 ** 32 - 1)),
      defaultSeed,
    )
    .option(
      '--drain <time>',
      'how long a backlog may be worked off at the end',
      argument(parseDuration),
      10,
    )
    .option(
      '--isolation <level>',
      `isolation level (${isolationLevels.join(', ')})`,
      argument(oneOf([...isolationLevels, 'default'])),
      'default',
    )
    .option(
      '--arrivals <kind>',
      `gaps between arrivals (${arrivalKinds.join(', ')}; default: the mix's)`,
      argument(oneOf(arrivalKinds)),
    )
    .option(
      '--numbers <kind>',
      `how contacts are drawn (${numberKinds.join(', ')}; default: the mix's)`,
      argument(oneOf(numberKinds)),
    )
    .option(
      '--blocked-share <share>',
      "share of sends to blocked numbers (default: the mix's)",
      share,
    )
    .option('--compare-pgbench', 'closed loop in turns with pgbench, instead of a load', false)
    .option('--out <folder>', 'where runs are kept (reports)')
    .option('--run <name>', 'name of the run (time and mix)')
    .option('--keep', 'leave what the run made in the database', false)
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
  if (flags.slo !== undefined && flags.ramp === undefined) {
    throw new UserError(
      '--slo is what a ramp must keep: add --ramp, for instance --ramp 500..8000',
    );
  }
  if (flags.comparePgbench && (flags.ramp !== undefined || flags.rate !== undefined)) {
    throw new UserError(
      '--compare-pgbench is a closed loop of its own: leave --rate and --ramp out',
    );
  }
  if (flags.workers !== undefined && flags.workers > flags.clients) {
    throw new UserError(`${flags.workers} workers cannot share ${flags.clients} connections`);
  }
  if (flags.replace && flags.scale === undefined) {
    throw new UserError('--replace needs --scale');
  }
  if (flags.run !== undefined) requireRunName(flags.run);
  const mix = readMix(flags.mix);
  const blockedShare = flags.blockedShare ?? mix.blockedShare;
  if (blockedShare + mix.freshShare > 1) {
    throw new UserError(
      `--blocked-share ${blockedShare} and the mix's freshShare ${mix.freshShare} together exceed 1`,
    );
  }
  const short = flags.ramp !== undefined;
  return {
    designs: [...new Set(flags.design.split(','))].map((name) => designNamed(name.trim())),
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
        : { range: flags.ramp, objective: flags.slo ?? parseObjective('p99<10ms') },
    comparePgbench: flags.comparePgbench,
    durationS: flags.duration ?? (flags.comparePgbench ? 5 : short ? 10 : 30),
    drainS: flags.drain,
    clients: flags.clients,
    workers: flags.workers,
    seed: flags.seed,
    isolation: flags.isolation,
    keep: flags.keep,
    out: flags.out,
    runName: flags.run,
    commandLine: ['npm run load --', ...args].join(' '),
  };
}

/** Lets commander say which flag a bad value belongs to. */
function argument<T>(parseText: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parseText(text);
    } catch (error) {
      if (error instanceof UserError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

function oneOf<T extends string>(known: readonly T[]): (text: string) => T {
  return (text) => {
    const found = known.find((value) => value === text);
    if (found === undefined) throw new UserError(`"${text}" is not one of ${known.join(', ')}`);
    return found;
  };
}
