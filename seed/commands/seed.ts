import { newCommand, onInterruptGoOnWith, runCommand } from '../../db/cli/command.ts';
import { commandLine, withoutFlag } from '../../db/cli/command-line.ts';
import { UserError } from '../../db/cli/errors.ts';
import { seedMeaning, share, wholeNumber } from '../../db/cli/flags.ts';
import { openLab } from '../../db/lab.ts';
import { tellCapabilities } from '../../db/server/capabilities.ts';
import { databaseMeaning, databaseName } from '../../db/server/databases.ts';
import { allowNonemptyFlag } from '../../db/server/guard.ts';
import { citus } from '../../db/topologies/topology.ts';
import { defaultDataSet } from '../data-set/data-set.ts';
import { parseScale } from '../data-set/scale.ts';
import { seedDatabase } from '../fill/loader.ts';
import { shapeMeaning, wantedShape } from '../shape/wanted-shape.ts';
import { verifyDatabase } from '../verify/verify.ts';

interface Flags {
  readonly scale?: string;
  readonly seed?: number;
  readonly ordinaryReports?: number;
  readonly shape?: string;
  readonly replace?: boolean;
  readonly straight?: boolean;
  readonly verify?: boolean;
  readonly allowNonempty?: boolean;
  readonly database?: string;
}

await runCommand(async () => {
  const flags = newCommand('seed')
    .description('Fill the database with messages, reports, opt-outs and blocked contacts')
    .option(
      '--scale <name|number>',
      'tiny, small, medium, large, or a number of messages (default: "small"; of seed:large "large")',
    )
    .option('--seed <number>', `${seedMeaning} (default: ${defaultDataSet.seed})`, wholeNumber(0))
    .option(
      '--ordinary-reports <share>',
      `of the messages without a 21610, how many have another report (default: ${defaultDataSet.ordinaryReportShare})`,
      share,
    )
    .option('--shape <name|file>', `make it look like what was described: ${shapeMeaning}`)
    .option('--replace', 'empty what an earlier seed left first')
    .option(
      '--straight',
      'on Citus: send each worker its own rows, past the coordinator that DATABASE_URL names',
    )
    .option('--verify', 'compare what is there with what must be there, and change nothing')
    .option('--database <name>', databaseMeaning, databaseName)
    .option(allowNonemptyFlag, 'go on in a database that holds something the lab did not make')
    .parse()
    .opts<Flags>();
  if (flags.verify && flags.replace)
    throw new UserError('--verify changes nothing: leave out --replace');

  if (flags.shape !== undefined && flags.ordinaryReports !== undefined)
    throw new UserError('--shape says how many reports there are: leave out --ordinary-reports');

  const messages = flags.scale === undefined ? undefined : parseScale(flags.scale);
  const shape =
    flags.shape === undefined ? undefined : wantedShape(flags.shape, messages, print).dataSet;
  await using lab = await openLab({
    allowNonempty: flags.allowNonempty,
    migrate: flags.verify !== true,
    database: flags.database,
  });
  if (flags.straight && lab.topology !== citus) {
    throw new UserError(
      '--straight goes to the workers of a Citus cluster, and this is one server',
    );
  }
  if (flags.verify) {
    const expected = {
      messages,
      seed: flags.seed,
      ordinaryReportShare: flags.ordinaryReports,
      shape,
    };
    await verifyDatabase(lab, expected, print);
  } else {
    await tellCapabilities(lab, 'seed', print);
    await seedDatabase(lab, {
      dataSet: {
        messages: messages ?? parseScale('small'),
        seed: flags.seed ?? defaultDataSet.seed,
        ordinaryReportShare: flags.ordinaryReports ?? defaultDataSet.ordinaryReportShare,
        ...(shape === undefined ? {} : { shape }),
      },
      replace: flags.replace ? 'anything' : 'nothing',
      print,
      straight: flags.straight ?? false,
      terminal: process.stdout.isTTY === true,
      onBegun: () => void onInterruptGoOnWith(goOn),
    });
  }
});

/** What goes on with this seed: replaced is what was there by now. */
function goOn(): string {
  return commandLine('seed', withoutFlag(process.argv.slice(2), '--replace', 'switch'));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
