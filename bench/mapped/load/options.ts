import type { Mapping } from '../../../db/adopt/mapping.ts';
import { readMapping } from '../../../db/adopt/read-mapping.ts';
import { wordsOf } from '../../../db/adopt/words.ts';
import { newCommand } from '../../../db/cli/command.ts';
import { UserError } from '../../../db/cli/errors.ts';
import { positiveNumber, wholeNumber } from '../../../db/cli/flags.ts';
import { databaseMeaning, databaseName } from '../../../db/server/databases.ts';
import { allowNonemptyFlag } from '../../../db/server/guard.ts';
import { defaultDataSet } from '../../../seed/data-set/data-set.ts';
import { parseDuration } from '../../load/options/flag-values.ts';
import { requireRunName } from '../../results/run-folder.ts';

/** A load in somebody's tables. */
export interface MappedLoadOptions {
  readonly mapping: Mapping;
  readonly ratePerSecond: number;
  readonly durationS: number;
  readonly clients: number;
  readonly seed: number;
  readonly database: string | undefined;
  readonly out: string | undefined;
  readonly runName: string | undefined;
}

interface Flags {
  readonly mapping: string;
  readonly rate: number;
  readonly duration: number;
  readonly clients: number;
  readonly seed: number;
  readonly database?: string;
  readonly out?: string;
  readonly run?: string;
  readonly allowNonempty?: true;
}

/** Whether the arguments of load name a mapping. */
export function namesMapping(args: readonly string[]): boolean {
  return args.some((arg) => arg === '--mapping' || arg.startsWith('--mapping='));
}

/**
 * Reads the arguments of a load in the tables of a mapping.
 *
 * @throws UserError as readMapping does, and where it is not said that rows may be left in these tables
 */
export function readMappedLoadOptions(args: readonly string[]): MappedLoadOptions {
  const flags = newCommand('load')
    .description('Send and report at a rate in the tables of a mapping, and verify them afterwards')
    .requiredOption(
      '--mapping <file>',
      'whose tables, into which npm run adopt has brought the check',
    )
    .option('--rate <n>', 'operations a second, sends and reports together', positiveNumber, 500)
    .option('--duration <time>', 'how long operations are offered: 60, 5m, 2h', parseDuration, 30)
    .option('--clients <n>', 'connections', wholeNumber(1, 1_000), 16)
    .option('--seed <n>', 'what is drawn follows from it', wholeNumber(0), defaultDataSet.seed)
    .option('--out <folder>', 'where runs are kept (default: reports)')
    .option('--run <name>', 'name of the run (default: time and mapping)')
    .option('--database <name>', databaseMeaning, databaseName)
    .option(allowNonemptyFlag, 'commit rows in these tables, and leave them there')
    .parse(args, { from: 'user' })
    .opts<Flags>();
  const mapping = readMapping(flags.mapping);
  if (flags.run !== undefined) requireRunName(flags.run);
  if (flags.allowNonempty !== true) {
    throw new UserError(
      `a load commits messages in ${wordsOf(mapping).messages} and leaves them there, where your workers may send them: take a copy of the database, and pass ${allowNonemptyFlag}`,
    );
  }
  return {
    mapping,
    ratePerSecond: flags.rate,
    durationS: flags.duration,
    clients: flags.clients,
    seed: flags.seed,
    database: flags.database,
    out: flags.out,
    runName: flags.run,
  };
}
