import type pg from 'pg';
import { CheckFailure } from '../../db/cli/errors.ts';
import { inTransaction } from '../../db/connection/transaction.ts';
import { withoutWorkersIfShort } from '../../db/connection/without-workers.ts';
import { type DataSet, type TableName, tableNames } from '../data-set/data-set.ts';
import { CopySource } from '../encode/copy-source.ts';
import { differences, summariseTable, type TableSummary } from '../verify/table-summary.ts';
import { finishStage } from './bookkeeping.ts';
import { copyTable } from './copy-table.ts';
import { build, type Definition, putBack, quote, takesIndex, validate } from './definitions.ts';
import type { LoadStep } from './run-steps.ts';
import type { sendRows } from './send-rows.ts';
import { type StraightPlaces, sendStraight } from './straight.ts';
import { withTables } from './with-tables.ts';

/** A connection that stages run on, one stage at a time. */
export interface LoadConnection {
  readonly client: pg.Client;
  readonly pid: number;
  readonly url: string;
}

/** Who wants to know what is going on. */
export interface StageListener {
  copyBegins(source: CopySource): void;
  copyEnds(source: CopySource, seconds: number): void;
  workBegins(stage: string, session: LoadConnection): void;
  workEnds(stage: string, seconds: number): void;
}

/** What stages are made from. */
export interface StageContext {
  readonly dataSet: DataSet;
  /** Whether a report names its message's number: see Topology. */
  readonly reportsNameNumber: boolean;
  /** Where the rows go straight to the workers of a cluster, which takes triggers off before; undefined: all through the session. */
  readonly straight?: StraightPlaces | undefined;
  /** What was taken off the tables and is still to be put back. */
  readonly definitions: readonly Definition[];
  /** What each filled table must hold: known for those filled before, added for the others. */
  readonly summaries: Map<TableName, TableSummary>;
  readonly listener: StageListener;
  /** Brings the rows of a source into `target`, a table as SQL: `sendRows`, or what stands in for it. */
  readonly send: typeof sendRows;
}

/** Names of stages, as they are remembered in the database. */
export const stageNames = {
  copy: (table: string) => `copy ${table}`,
  vacuum: (table: string) => `vacuum ${table}`,
  build: (definition: Definition) => `build ${definition.name}`,
  addForeignKeys: 'add foreign keys',
  addConstraints: 'add primary keys and unique constraints',
  validate: (definition: Definition) => `validate ${definition.name}`,
  verify: (table: string) => `verify ${table}`,
} as const;

/** Whether a stage compares a table with what it must hold. */
export function isVerifying(stage: string): boolean {
  return stage.startsWith(stageNames.verify(''));
}

/**
 * The stages of a load, the most urgent first: what the longest chain (messages, the index of their
 * primary key, the reports' foreign key to it) needs comes before all else, and the rest fills the
 * second connection.
 */
export function makeStages(context: StageContext): readonly LoadStep<LoadConnection>[] {
  const { definitions } = context;
  const foreignKeys = definitions.filter(({ kind }) => kind === 'foreign key');
  const builds = definitions.filter(({ kind }) => kind === 'constraint' || kind === 'index');
  const buildsOf = (table: string): readonly Definition[] =>
    builds.filter((definition) => definition.table === table);

  const { straight } = context;
  const fill = (table: TableName): LoadStep<LoadConnection>[] => [
    straight === undefined || table === 'profiles' // which every node has whole
      ? copyStage(context, table)
      : straightCopyStage(context, straight, table),
    vacuumStage(context, table),
  ];
  const buildAll = (table: TableName): LoadStep<LoadConnection>[] =>
    buildsOf(table).map((definition) => buildStage(context, definition));
  const tablesOfKeys = foreignKeys.flatMap(({ table, referencedTable }) => [
    table,
    ...(referencedTable === null ? [] : [referencedTable]),
  ]);
  const keysNeed = tablesOfKeys.flatMap((table) => [
    stageNames.vacuum(table),
    ...buildsOf(table).map(stageNames.build),
  ]);

  const loading = [
    ...fill('profiles'),
    ...buildAll('profiles'),
    ...fill('outbound_messages'),
    ...buildAll('outbound_messages'),
    ...fill('delivery_reports'),
    ...buildAll('delivery_reports'),
    ...(foreignKeys.length > 0 ? [addForeignKeysStage(context, foreignKeys, keysNeed)] : []),
    ...foreignKeys.map((definition) => validateStage(context, definition)),
    ...fill('opt_outs'),
    ...buildAll('opt_outs'),
    ...fill('blocked_contacts'),
    ...buildAll('blocked_contacts'),
    // The rows are all there once they are copied, and an index build leaves a processor idle at times.
    ...tableNames.map((table) => verifyStage(context, table, [stageNames.vacuum(table)])),
  ];
  const constraints = definitions.filter(takesIndex);
  return [...loading, addConstraintsStage(context, constraints, loading)];
}

function copyStage(context: StageContext, table: TableName): LoadStep<LoadConnection> {
  const name = stageNames.copy(table);
  return {
    name,
    after: [],
    run: async (session) => {
      const { client } = session;
      const { dataSet, reportsNameNumber } = context;
      const source = new CopySource(dataSet, table, { reportsNameNumber });
      context.listener.copyBegins(source);
      const started = performance.now();
      await withTables(session, [table], 'access exclusive', async () => {
        await copyTable(client, table, (target) => context.send(client, source, target));
        await finishStage(client, {
          name,
          seconds: secondsSince(started),
          summary: source.summary(),
        });
      });
      context.summaries.set(table, source.summary());
      context.listener.copyEnds(source, secondsSince(started));
    },
  };
}

/**
 * The rows to every worker at the same time, and the note that they are there after them: where that is missing, the
 * table is emptied and filled again.
 */
function straightCopyStage(
  context: StageContext,
  places: StraightPlaces,
  table: TableName,
): LoadStep<LoadConnection> {
  const name = stageNames.copy(table);
  return {
    name,
    after: [],
    run: async (session) => {
      const started = performance.now();
      await withTables(session, [table], 'access exclusive', async () => {
        await session.client.query(`truncate public.${quote(table)}`);
      });
      let watched: CopySource | undefined;
      const summary = await sendStraight(context.dataSet, table, places, ([first]) => {
        if (first !== undefined) context.listener.copyBegins(first); // all go through the same rows
        watched = first;
      });
      await finishStage(session.client, { name, seconds: secondsSince(started), summary });
      context.summaries.set(table, summary);
      if (watched !== undefined) context.listener.copyEnds(watched, secondsSince(started));
    },
  };
}

/** Statistics for the planner, and the visibility map: index-only scans and later vacuums need it. */
function vacuumStage(context: StageContext, table: TableName): LoadStep<LoadConnection> {
  const after = [stageNames.copy(table)];
  return plainStage(context, stageNames.vacuum(table), after, async ({ client }) => {
    await client.query(`vacuum (freeze, analyze) public.${quote(table)}`);
  });
}

function buildStage(context: StageContext, definition: Definition): LoadStep<LoadConnection> {
  const { table } = definition;
  const isIndex = definition.kind === 'index' || takesIndex(definition);
  const within: Within = (session, work) =>
    withoutWorkersIfShort(session.client, () =>
      withTables(session, [table], isIndex ? 'share' : 'access exclusive', work),
    );
  return plainStage(
    context,
    stageNames.build(definition),
    [stageNames.vacuum(table)],
    ({ client }) => build(client, definition),
    within,
  );
}

/**
 * All keys come back together before any is checked: adding one locks both its tables against the
 * checking of another, while checking two at a time is fine.
 */
function addForeignKeysStage(
  context: StageContext,
  foreignKeys: readonly Definition[],
  after: readonly string[],
): LoadStep<LoadConnection> {
  const tables = foreignKeys.flatMap(({ table, referencedTable }) => [
    table,
    ...(referencedTable === null ? [] : [referencedTable]),
  ]);
  return plainStage(
    context,
    stageNames.addForeignKeys,
    after,
    async ({ client }) => {
      for (const definition of foreignKeys) await putBack(client, definition);
    },
    (session, work) => withTables(session, [...new Set(tables)], 'share row exclusive', work),
  );
}

/**
 * At the end, because each waits for whoever reads its table. In a transaction each: none locks one
 * table while it waits for another.
 */
function addConstraintsStage(
  context: StageContext,
  constraints: readonly Definition[],
  before: readonly LoadStep<LoadConnection>[],
): LoadStep<LoadConnection> {
  const after = before.map(({ name }) => name);
  return plainStage(context, stageNames.addConstraints, after, async (session) => {
    for (const constraint of constraints) {
      await withTables(session, [constraint.table], 'access exclusive', () =>
        putBack(session.client, constraint),
      );
    }
  });
}

function validateStage(context: StageContext, definition: Definition): LoadStep<LoadConnection> {
  return plainStage(
    context,
    stageNames.validate(definition),
    [stageNames.addForeignKeys],
    ({ client }) => {
      const rowsOf = (table: string | null): number =>
        tableNames.some((name) => name === table)
          ? context.dataSet.rowCounts[table as TableName]
          : 0;
      return validate(
        client,
        definition,
        rowsOf(definition.referencedTable) > rowsOf(definition.table),
      );
    },
    (session, work) => withTables(session, [definition.table], 'share update exclusive', work),
  );
}

/** Compares what the server says the table holds with what was to be written. */
function verifyStage(
  context: StageContext,
  table: TableName,
  after: readonly string[],
): LoadStep<LoadConnection> {
  const work = async ({ client }: LoadConnection): Promise<void> => {
    // Parallel workers, and from PostgreSQL 18 on those that read for it, would take the processor of
    // the other connection, where an index build ends, or a key is validated, with a single one.
    await client.query('set local max_parallel_workers_per_gather = 0');
    await client.query('set local effective_io_concurrency = 0');
    const expected = context.summaries.get(table);
    const found = differences(table, expected, await summariseTable(client, table));
    if (found.length > 0) throw new CheckFailure(`${found.join('; ')}: seed again with --replace`);
  };
  return plainStage(context, stageNames.verify(table), after, work, ({ client }, all) =>
    inTransaction(client, all),
  );
}

/** What a stage's work and the note that it is done are done in: a transaction, as a rule. */
type Within = (session: LoadConnection, work: () => Promise<void>) => Promise<void>;

/** A stage that is shown, timed, and noted as done. */
function plainStage(
  { listener }: StageContext,
  name: string,
  after: readonly string[],
  work: (session: LoadConnection) => Promise<void>,
  within: Within = (_, all) => all(),
): LoadStep<LoadConnection> {
  return {
    name,
    after,
    run: async (session) => {
      const { client } = session;
      const started = performance.now();
      listener.workBegins(name, session);
      await within(session, async () => {
        await work(session);
        await finishStage(client, { name, seconds: secondsSince(started), summary: undefined });
      });
      listener.workEnds(name, secondsSince(started));
    },
  };
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1_000;
}
