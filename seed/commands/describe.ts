import { readMapping } from '../../db/adopt/read-mapping.ts';
import { newCommand, runCommand } from '../../db/cli/command.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { positiveNumber, wholeNumber } from '../../db/cli/flags.ts';
import { requireWritableFile, shownPath } from '../../db/cli/output-path.ts';
import { connect } from '../../db/connection/connect.ts';
import { endWithClient } from '../../db/connection/database-lock.ts';
import { urlOfFlag } from '../../db/connection/url-of-flag.ts';
import { requireSupportedVersion } from '../../db/server/guard.ts';
import { citus, topologyOf } from '../../db/topologies/topology.ts';
import { defaultSampleMessages, describeDatabase } from '../shape/database/describe-database.ts';
import { differences } from '../shape/differences.ts';
import { describeFiles } from '../shape/file/describe-files.ts';
import { readFormat } from '../shape/file/read-format.ts';
import { readShape } from '../shape/read-shape.ts';
import type { Shape } from '../shape/shape.ts';
import { shapeText } from '../shape/shape-text.ts';
import { writeShape } from '../shape/write-shape.ts';

interface Flags {
  readonly from?: string | true;
  readonly mapping?: string;
  readonly columns?: string;
  readonly out: string;
  readonly like?: string;
  readonly sample: number;
  readonly timeout?: number;
}

/** How long the server may take where nothing is said, in seconds. */
const defaultTimeoutS = 3_600;

await runCommand(async () => {
  const command = newCommand('describe')
    .description(
      'Write what a database or an export looks like, in figures that name nobody: docs/shape.md',
    )
    .argument('[files...]', 'exported message logs, CSV, plain or .gz')
    .option('--from [url]', 'a database, which is only read (default: DATABASE_URL)')
    .option(
      '--mapping <file>',
      'what its tables are called: docs/adopt.md (default: the lab’s own)',
    )
    .option('--columns <file>', 'which column of the files says what (default: by their header)')
    .option('--out <file>', 'where the shape goes', 'shape.json')
    .option(
      '--like <file>',
      'a shape that it must be like, to the tolerance; exit code 1 where it is not',
    )
    .option(
      '--sample <messages>',
      'about how many messages to look at, all of a contact or none',
      wholeNumber(1_000, 10_000_000),
      defaultSampleMessages,
    )
    .option(
      '--timeout <seconds>',
      `how long the server may take (default: ${defaultTimeoutS})`,
      positiveNumber,
    )
    .parse();
  const flags = command.opts<Flags>();
  const files = command.processedArgs[0] as readonly string[];
  refuseMixed(flags, files);
  const wanted = flags.like === undefined ? undefined : readShape(flags.like);
  requireWritableFile(flags.out);
  const shape = files.length > 0 ? await ofFiles(flags, files) : await ofDatabase(flags);
  writeShape(flags.out, shape);
  for (const line of shapeText(shape)) process.stdout.write(`${line}\n`);
  process.stdout.write(`${shownPath(flags.out)}\n`);
  if (wanted === undefined) return;
  const different = differences(wanted, shape);
  if (different.length > 0) {
    throw new CheckFailure(`not like ${flags.like}: ${different.join('; ')}`);
  }
  process.stdout.write(`like ${flags.like}\n`);
});

/** What is described is one database, or files. */
function refuseMixed({ from, mapping, columns, timeout }: Flags, files: readonly string[]): void {
  if (from === undefined && files.length === 0) {
    throw new UserError('name a database with --from, or exported files');
  }
  if (from !== undefined && files.length > 0) {
    throw new UserError('--from names a database: leave the files out, or --from');
  }
  if (from === undefined && mapping !== undefined) {
    throw new UserError('--mapping is for the tables of a database: --columns is for files');
  }
  if (from === undefined && timeout !== undefined) {
    throw new UserError('--timeout is for a server: leave it out');
  }
  if (from !== undefined && columns !== undefined) {
    throw new UserError('--columns is for files: --mapping is for the tables of a database');
  }
}

async function ofFiles({ columns, sample }: Flags, files: readonly string[]): Promise<Shape> {
  return describeFiles(files, {
    format: columns === undefined ? undefined : readFormat(columns),
    sampleMessages: sample,
    say: (line) => void process.stderr.write(`${line}\n`),
  });
}

async function ofDatabase({ from, mapping, sample, timeout }: Flags): Promise<Shape> {
  const options = {
    mapping: mapping === undefined ? undefined : readMapping(mapping),
    sampleMessages: sample,
    timeoutMs: Math.ceil((timeout ?? defaultTimeoutS) * 1_000),
  };
  const client = await connect(await urlOfFlag(from ?? true), 'optout-lab describe');
  try {
    await requireSupportedVersion(client);
    if (mapping === undefined && (await topologyOf(client)) === citus) {
      throw new UserError(
        'describe samples the tables of one server: on Citus export the rows and name the files',
      );
    }
    await endWithClient(client);
    return await describeDatabase(client, options);
  } finally {
    await client.end();
  }
}
