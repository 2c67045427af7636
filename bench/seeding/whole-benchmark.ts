import { onInterrupt } from '../../db/cli/command.ts';
import { CheckFailure } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { connect, withDatabase } from '../../db/connection/connect.ts';
import { inTransaction } from '../../db/connection/transaction.ts';
import type { Lab } from '../../db/lab.ts';
import { migrateUp } from '../../db/schema/migrate.ts';
import { RandomSequence } from '../../seed/data-set/counter-random.ts';
import { type DataSet, tableNames } from '../../seed/data-set/data-set.ts';
import { beginSeed, createBookkeeping, finishedStages } from '../../seed/fill/bookkeeping.ts';
import { openLoadConnection } from '../../seed/fill/connections.ts';
import { readDefinitions, takeOffDefinitions } from '../../seed/fill/definitions.ts';
import { connectionCount, seedDatabase } from '../../seed/fill/loader.ts';
import { runSteps } from '../../seed/fill/run-steps.ts';
import { readServerFacts } from '../../seed/fill/server-facts.ts';
import { buildMemoryBytes } from '../../seed/fill/space.ts';
import { isVerifying, type LoadConnection, makeStages } from '../../seed/fill/stages.ts';
import { summariseTable } from '../../seed/verify/table-summary.ts';
import { type CopyFiles, copyFromFile, writeCopyFiles } from './copy-files.ts';

/** How long a load took: the whole, and each of its stages (which overlap). */
export interface LoadTimes {
  readonly seconds: number;
  readonly stages: ReadonlyMap<string, number>;
}

/** The same data set loaded twice, right after each other. */
export interface WholePair {
  /** By the seeder: from an empty database to verified. */
  readonly seeder: LoadTimes;
  /** By the server alone, from files of the same rows; the seeder's verification is left out. */
  readonly server: LoadTimes;
}

/**
 * Loads a data set by turns with the seeder and by the server alone, which runs the seeder's own
 * stages in the same order and as many at a time, but reads the rows from files that were written
 * beforehand. Each load has a scratch database of its own; the order within a pair is drawn. That the
 * server's tables hold as many rows is checked after its time was taken.
 *
 * @throws UserError where the server cannot read the files, or there is no room for them
 * @throws CheckFailure where a table holds another number of rows than the data set
 */
export async function* measureWholePairs(
  lab: Lab,
  dataSet: DataSet,
  pairs: number,
): AsyncGenerator<WholePair> {
  using files = writeCopyFiles(dataSet, tableNames);
  const bySeeder = (): Promise<LoadTimes> => inScratchDatabase(lab, (own) => seed(own, dataSet));
  const byServer = (): Promise<LoadTimes> =>
    inScratchDatabase(lab, (own) => loadFiles(own, dataSet, files));
  const random = new RandomSequence(dataSet.options.seed);
  for (let pair = 0; pair < pairs; pair++) {
    if (random.below(2) === 0) {
      const seeder = await bySeeder();
      yield { seeder, server: await byServer() };
    } else {
      const server = await byServer();
      yield { server, seeder: await bySeeder() };
    }
  }
}

async function seed(lab: Lab, dataSet: DataSet): Promise<LoadTimes> {
  const started = performance.now();
  const silent = { replace: 'nothing', print: () => {}, terminal: false } as const;
  await seedDatabase(lab, { dataSet: dataSet.options, ...silent });
  return timesSince(started, lab);
}

async function loadFiles(lab: Lab, dataSet: DataSet, files: CopyFiles): Promise<LoadTimes> {
  const started = performance.now();
  return closing(async (defer) => {
    const control = await lab.connect();
    defer(() => control.end());
    const sessions: LoadConnection[] = [];
    const facts = await readServerFacts(lab, control);
    await inTransaction(control, async () => {
      await createBookkeeping(control);
      await takeOffDefinitions(control, lab.topology);
      await beginSeed(control, dataSet.options);
    });
    for (let opened = 0; opened < connectionCount; opened++) {
      const session = await openLoadConnection(lab, buildMemoryBytes(facts));
      defer(() => session.client.end());
      sessions.push(session);
    }
    const nobody = { copyBegins() {}, copyEnds() {}, workBegins() {}, workEnds() {} };
    const stages = makeStages({
      dataSet,
      reportsNameNumber: false, // the files have the columns of one server
      definitions: await readDefinitions(control),
      summaries: new Map(),
      listener: nobody,
      send: (client, { table }, target) => copyFromFile(client, files.pathOf(table), target),
    });
    const stop = async (): Promise<void> => {};
    const leftOut = new Set(stages.map(({ name }) => name).filter(isVerifying));
    await runSteps(stages, sessions, leftOut, stop);
    const times = await timesSince(started, lab);
    for (const table of tableNames) {
      const { rows } = await summariseTable(control, table);
      if (rows !== dataSet.rowCounts[table]) {
        throw new CheckFailure(
          `${table}: ${rows} rows from the file, not ${dataSet.rowCounts[table]}`,
        );
      }
    }
    return times;
  });
}

/** Does something in a fresh database with the lab's schema, which is gone afterwards. */
async function inScratchDatabase<Result>(
  lab: Lab,
  work: (scratch: Lab) => Promise<Result>,
): Promise<Result> {
  const name = 'optout_lab_whole';
  const url = withDatabase(lab.url, name);
  return closing(async (defer) => {
    const admin = await lab.connect();
    defer(() => admin.end());
    const drop = async (): Promise<void> => {
      await admin.query(`drop database if exists ${name} with (force)`);
    };
    defer(drop);
    defer(onInterrupt(drop));
    await drop();
    await admin.query(`create database ${name}`);
    await migrateUp(url);
    await admin.query('checkpoint').catch(() => {}); // not every role may: then what is unwritten is in the time
    return await work({ ...lab, url, connect: (application) => connect(url, application) });
  });
}

async function timesSince(started: number, lab: Lab): Promise<LoadTimes> {
  const seconds = (performance.now() - started) / 1_000;
  const client = await lab.connect();
  try {
    const stages = await finishedStages(client);
    return { seconds, stages: new Map(stages.map((stage) => [stage.name, stage.seconds])) };
  } finally {
    await client.end();
  }
}
