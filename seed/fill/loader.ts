import type pg from 'pg';
import { onInterrupt } from '../../db/cli/command.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { formatBytes, formatCount, formatSeconds } from '../../db/cli/number-text.ts';
import { lockDatabase } from '../../db/connection/database-lock.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import type { Lab } from '../../db/lab.ts';
import { readBlockThreshold } from '../../db/schema/block-threshold.ts';
import { readShardPlaces } from '../../db/topologies/citus/shard-places.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus } from '../../db/topologies/topology.ts';
import { mostOptOuts } from '../data-set/contacts.ts';
import {
  createDataSet,
  type DataSet,
  type DataSetOptions,
  tableNames,
} from '../data-set/data-set.ts';
import { findUnsound } from '../verify/soundness.ts';
import { spotCheck } from '../verify/spot-check.ts';
import {
  beginSeed,
  createBookkeeping,
  describeDataSet,
  type FinishedStage,
  finishedStages,
  finishSeed,
  isSameDataSet,
  readSeedRecord,
} from './bookkeeping.ts';
import {
  endSessions,
  openControl,
  openLoadConnection,
  takeDatabase,
  takeTurns,
} from './connections.ts';
import { putBack, readDefinitions, takeOffDefinitions } from './definitions.ts';
import { DiskWatch, diskFull, explainFailure } from './failures.ts';
import { createProgress, type Progress } from './progress.ts';
import { runSteps } from './run-steps.ts';
import { sendRows } from './send-rows.ts';
import { findDataDirectory, readServerFacts, type ServerFacts } from './server-facts.ts';
import { buildMemoryBytes, requireSpace } from './space.ts';
import { createStageWatch } from './stage-watch.ts';
import { type LoadConnection, makeStages, type StageContext, stageNames } from './stages.ts';
import { straightPlaces } from './straight.ts';
import { withTables } from './with-tables.ts';

/** `another data set` keeps the wanted one where it is there unchanged, whole or in part; `anything` begins anew. */
export type Replace = 'nothing' | 'another data set' | 'anything';

/** Which data set, and whether it may take the place of another. */
export interface SeedOptions {
  readonly dataSet: DataSetOptions;
  /** What may be emptied of what an earlier seed left. */
  readonly replace: Replace;
  /** Where lines go. Bars are drawn only where `terminal` says that there is one. */
  readonly print: (line: string) => void;
  readonly terminal: boolean;
  /** On a cluster: the rows straight to the workers, past the coordinator (default: through it). */
  readonly straight?: boolean;
  /** Called when the data set is begun, or gone on with: from here on the same call goes on, unless it begins anew. */
  readonly onBegun?: () => void;
}

/** As many server sessions work at a time: one for the longest chain, one for the rest. */
export const connectionCount = 2;

/**
 * Fills the database with a data set, or finishes what an earlier, interrupted seed left, and
 * verifies it. Everything is done in stages that are committed together with the note that they are
 * done; see stages.ts.
 *
 * @throws UserError where the database holds something else, or disk, memory or server fail
 * @throws CheckFailure where the server holds other rows than were sent
 */
export async function seedDatabase(lab: Lab, options: SeedOptions): Promise<void> {
  const control = await openControl(lab);
  try {
    await takeDatabase(control);
    await seedLocked(lab, control, options);
  } finally {
    await control.end().catch(() => {});
  }
}

async function seedLocked(lab: Lab, control: pg.Client, options: SeedOptions): Promise<void> {
  const { print } = options;
  const dataSet = createDataSet(options.dataSet);
  const decision = await decide(control, dataSet, options);
  if (decision === 'nothing to do') {
    print(`${describeDataSet(options.dataSet)}: all there already, nothing changed`);
    return;
  }
  // only now: a bench may run beside a seed that changes nothing
  await lockDatabase(
    control,
    'bench',
    'a bench is at work in this database, which needs its data set: wait for it, or end it',
  );
  const facts = await readServerFacts(lab, control);
  print(`${describeDataSet(options.dataSet)}: ${describeRows(dataSet)}`);
  for (const line of requireSpace(dataSet, facts, await tableBytes(lab, control))) print(line);

  const started = performance.now();
  if (decision === 'begin') {
    await withTables(
      { client: control, url: lab.url },
      tableNames,
      'access exclusive',
      async () => {
        await createBookkeeping(control);
        await takeOffDefinitions(control, lab.topology, options.straight);
        await beginSeed(control, options.dataSet);
      },
    );
  } else await createBookkeeping(control); // an older lab's has another name
  options.onBegun?.();
  const kept = await finishedStages(control);
  if (decision === 'resume') print(describeKept(kept));
  await runStages(lab, control, dataSet, facts, kept, options);
  await finish(lab, control, print);
  const seconds = (performance.now() - started) / 1_000;
  for (const line of await summary(lab, control, dataSet, kept, seconds)) print(line);
}

/** What there is to do. Throws where the database holds anything but this data set or a part of it. */
async function decide(
  control: pg.Client,
  dataSet: DataSet,
  { dataSet: wanted, replace }: SeedOptions,
): Promise<'begin' | 'resume' | 'nothing to do'> {
  const record = await readSeedRecord(control);
  if (record === undefined) {
    await refuseForeignRows(control);
    return 'begin';
  }
  if (replace === 'anything') return 'begin';
  if (!isSameDataSet(record, wanted)) {
    if (replace === 'another data set') return 'begin';
    throw new UserError(
      `the database holds ${describeDataSet(record.options)}: pass --replace to empty it first`,
    );
  }
  if (!record.finished) return 'resume';
  const suspicious = await spotCheck(control, dataSet);
  if (suspicious.length > 0) {
    if (replace === 'another data set') return 'begin';
    throw new UserError(
      `${suspicious.join(', ')} changed since the seed: pass --replace to seed again`,
    );
  }
  return 'nothing to do';
}

/** The rows that were copied are those of a threshold of three; where an operator chose another, it counts. */
async function blockByThreshold(control: pg.Client, print: (line: string) => void): Promise<void> {
  const threshold = await readBlockThreshold(control);
  if (threshold === mostOptOuts) return;
  const { blocked, unblocked } = onlyRow(
    await control.query<{ blocked: string; unblocked: string }>(
      'select * from public.set_opt_out_block_threshold($1)',
      [threshold],
    ),
  );
  print(
    `blocked from ${threshold} profiles on, as the database has it: ${blocked} more numbers, ${unblocked} fewer`,
  );
}

async function refuseForeignRows(control: pg.Client): Promise<void> {
  for (const table of tableNames) {
    const { rows } = await control.query<{ found: boolean }>(
      `select exists (select 1 from public.${table}) as found`,
    );
    if (rows[0]?.found === true) {
      throw new UserError(
        `${table} holds rows that the seeder did not write: it leaves them alone (npm run migrate:down -- --drop-rows drops them)`,
      );
    }
  }
}

async function runStages(
  lab: Lab,
  control: pg.Client,
  dataSet: DataSet,
  facts: ServerFacts,
  kept: readonly FinishedStage[],
  { print, terminal, straight }: SeedOptions,
): Promise<void> {
  const dataDirectory = await findDataDirectory(lab, control);
  const progress = createProgress(dataSet, print, terminal);
  const sessions: LoadConnection[] = [];
  const onControl = takeTurns();
  const stop = async (): Promise<void> => {
    await onControl(() => endSessions(control));
  };
  const forget = onInterrupt(async () => {
    progress.close();
    await stop();
  });
  const watch = new DiskWatch(dataDirectory, stop);
  const notes = createStageWatch(progress, control, onControl);
  try {
    for (let opened = 0; opened < connectionCount; opened++)
      sessions.push(await openLoadConnection(lab, buildMemoryBytes(facts)));
    const context: StageContext = {
      dataSet,
      reportsNameNumber: lab.topology.reportsNameNumber,
      straight: straight
        ? straightPlaces(await onControl(() => readShardPlaces(control, lab.url)))
        : undefined,
      definitions: await onControl(() => readDefinitions(control)),
      summaries: summariesOf(kept, progress),
      listener: notes,
      send: sendRows,
    };
    const stages = makeStages(context);
    const done = new Set(kept.map(({ name }) => name));
    notes.expect(stages, done);
    await runSteps(stages, sessions, done, stop);
  } catch (error) {
    throw watch.isFull ? diskFull() : explainFailure(error);
  } finally {
    forget();
    watch.close();
    await notes.close();
    progress.close();
    for (const { client } of sessions) await client.end().catch(() => {});
  }
}

function summariesOf(
  kept: readonly FinishedStage[],
  progress: Progress,
): StageContext['summaries'] {
  const summaries: StageContext['summaries'] = new Map();
  for (const table of tableNames) {
    const summary = kept.find(({ name }) => name === stageNames.copy(table))?.summary;
    if (summary === undefined) continue;
    summaries.set(table, summary);
    progress.kept(table);
  }
  return summaries;
}

/** The last stage: settings as they were, and a look at everything a load could have left undone. */
async function finish(lab: Lab, control: pg.Client, print: (line: string) => void): Promise<void> {
  const left = await readDefinitions(control);
  const tables = [...new Set(left.map(({ table }) => table))];
  // what is left are settings: keys and indexes came back in their stages
  await withTables(
    { client: control, url: lab.url },
    tables,
    'share update exclusive',
    async () => {
      for (const definition of left) await putBack(control, definition);
      const findings = await findUnsound(control);
      if (findings.length > 0) throw new CheckFailure(findings.join('; '));
      await blockByThreshold(control, print);
      await finishSeed(control);
    },
  );
}

/** What the tables and their indexes take now. */
async function tableBytes({ topology }: Lab, control: pg.Client): Promise<number> {
  const answer = await control.query<{ bytes: string }>(
    topology === citus
      ? citusSql('tables_bytes')
      : 'select sum(pg_total_relation_size(t::regclass)) as bytes from unnest($1::text[]) as t',
    [tableNames.map((table) => `public.${table}`)],
  );
  return Number(onlyRow(answer).bytes);
}

/** The time of each stage, and the whole. */
async function summary(
  lab: Lab,
  control: pg.Client,
  dataSet: DataSet,
  kept: readonly FinishedStage[],
  seconds: number,
): Promise<readonly string[]> {
  const before = new Set(kept.map(({ name }) => name));
  const stages = (await finishedStages(control)).map(
    ({ name, seconds: took }) =>
      `  ${name.padEnd(48)} ${formatSeconds(took).padStart(12)}${before.has(name) ? '  (before)' : ''}`,
  );
  const rows = tableNames.reduce((sum, table) => sum + dataSet.rowCounts[table], 0);
  return [
    '',
    ...stages,
    '',
    `seeded and verified: ${formatCount(rows)} rows in ${formatSeconds(seconds)}, ` +
      `${formatBytes(await tableBytes(lab, control))} on disk, ` +
      `peak memory of this process ${formatBytes(process.resourceUsage().maxRSS * 1024)}`,
  ];
}

function describeRows(dataSet: DataSet): string {
  return tableNames.map((table) => `${formatCount(dataSet.rowCounts[table])} ${table}`).join(', ');
}

function describeKept(kept: readonly FinishedStage[]): string {
  return kept.length === 0
    ? 'going on with a seed that was cut short: nothing was done yet'
    : `going on with a seed that was cut short; kept: ${kept.map(({ name }) => name).join(', ')}`;
}
