import type pg from 'pg';
import { unlessInterrupted } from '../../db/cli/command.ts';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { connect } from '../../db/connection/connect.ts';
import { applyDesign, type Design, defaultDesignName, whyNotHere } from '../../db/designs.ts';
import { MigrationError } from '../../db/schema/dbmate.ts';
import { migrateUp } from '../../db/schema/migrate.ts';
import { serverAccount } from '../../db/server/account.ts';
import { makeScratchClusters } from '../../db/server/scratch-clusters.ts';
import { readSql } from '../../db/sql.ts';
import { benchBody } from '../database/reservation.ts';
import type { CountedDesign, Instructions } from '../results/results.ts';
import { ClusterCopy } from './cluster-copy.ts';
import { type CountingPlace, countDesign } from './count-design.ts';
import {
  blockedNumbers,
  type CountedArm,
  type CountedScenario,
  countedScenarios,
  type ReportKind,
  reportedMessages,
  reportingProfile,
  reportKinds,
} from './counted-scenarios.ts';
import { type Counter, findCounter, howToCount } from './counter.ts';
import { CountFailure } from './counter-output.ts';
import { findPrograms } from './programs.ts';

/** What is counted, and for whom. */
export interface CountingTask {
  readonly lab: Parameters<typeof findPrograms>[0];
  /** A session on the run's server. */
  readonly admin: pg.Client;
  readonly designs: readonly Design[];
  readonly progress: (what: string) => void;
  /** Keeps each finished design (default: nowhere). */
  readonly once?: (name: string, count: () => Promise<CountedDesign>) => Promise<CountedDesign>;
  /** For tests: fewer, and smaller. */
  readonly scenarios?: readonly CountedScenario[];
  readonly blocked?: number;
  readonly counter?: Counter;
}

/** The same on every machine, and nothing in it that works by itself or depends on when. */
const settings = [
  '# A scratch cluster for counting',
  'fsync = off',
  'full_page_writes = off', // their number depends on when the last checkpoint was
  'autovacuum = off',
  'shared_buffers = 64MB', // what is touched fits, and the tables of buffers are as large everywhere
  'huge_pages = off',
  'wal_buffers = 16MB',
  'min_wal_size = 32MB',
  'max_wal_size = 1GB',
  'wal_recycle = off', // every copy holds what there is
  "shared_preload_libraries = ''",
  'compute_query_id = off',
  'track_io_timing = off',
  'track_wal_io_timing = off',
  'max_parallel_workers_per_gather = 0',
  'max_parallel_maintenance_workers = 0',
  "log_line_prefix = ''", // of a refusal: no time, no pid
];

/** A cluster's name below the scratch folder. */
const [emptyName, builtName] = ['base', 'built'];

/**
 * Counts what each design's check adds, on a cluster of its own that is removed afterwards. Why nothing
 * could be counted is a result too; so it is of one design.
 */
export async function countInstructions(task: CountingTask): Promise<Instructions> {
  try {
    return await count(task);
  } catch (error) {
    await unlessInterrupted(); // which ends what was at work: no reason worth keeping
    if (!(error instanceof CountFailure || error instanceof UserError)) throw error;
    return { state: 'not counted', reason: messageOf(error) };
  }
}

/** Whether this machine has valgrind, whose counts have no noise. */
export function countsExactly(): boolean {
  return findCounter(serverAccount())?.kind === 'valgrind';
}

/** Why this machine counts nothing, and what to do; undefined where it counts. */
export function whyNotCounted(): string | undefined {
  return findCounter(serverAccount()) === undefined ? howToCount : undefined;
}

async function count(task: CountingTask): Promise<Instructions> {
  const { lab, admin, progress, scenarios = countedScenarios, blocked = blockedNumbers } = task;
  const account = serverAccount();
  const counter = task.counter ?? findCounter(account);
  if (counter === undefined) throw new CountFailure(howToCount);
  const { binaries, whose, version } = await findPrograms(lab, admin, account);
  return closing(async (defer) => {
    const clusters = makeScratchClusters(account, binaries, settings);
    defer(() => clusters.remove());
    progress(`a cluster with ${blocked} blocked numbers to count on`);
    await makeBase(clusters, blocked);
    const built = new ClusterCopy(clusters.dataOf(builtName), account);
    const copies = {
      on: new ClusterCopy(clusters.dataOf('on'), account),
      off: new ClusterCopy(clusters.dataOf('off'), account),
    };
    const place: CountingPlace = { clusters, counter, copies };
    const designs: CountedDesign[] = [];
    for (const design of task.designs) {
      const countIt = async (): Promise<CountedDesign> => {
        progress(`${design.name}: instructions`);
        try {
          await built.restore(clusters.dataOf(emptyName));
          await build(clusters, design);
          return {
            name: design.name,
            scenarios: await countDesign(place, built.data, design, scenarios),
          };
        } catch (error) {
          await unlessInterrupted();
          if (!(error instanceof CountFailure || error instanceof MigrationError)) throw error;
          return { name: design.name, scenarios: [], reason: messageOf(error) };
        }
      };
      designs.push(await (task.once?.(design.name, countIt) ?? countIt()));
    }
    return {
      state: 'counted',
      counter: counter.kind,
      counterVersion: counter.version,
      programs: whose,
      serverVersion: version,
      blockedContacts: blocked,
      designs,
    };
  });
}

type Clusters = CountingPlace['clusters'];

/** The schema with few messages and many blocked numbers, stopped. */
async function makeBase(clusters: Clusters, blocked: number): Promise<void> {
  await clusters.initialise(emptyName);
  const url = await clusters.start(emptyName);
  await migrateUp(url);
  const client = await connect(url);
  try {
    await client.query(sqlFile('profiles'));
    await client.query(sqlFile('blocked_numbers'), [blocked]);
    for (const kind of reportKinds) await storeMessages(client, kind);
    await client.query('vacuum (freeze, analyze)');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
  await clusters.stop(emptyName);
}

/** The messages that reports of a kind are about, and the reports that came before. */
async function storeMessages(client: pg.Client, kind: ReportKind): Promise<void> {
  for (const arm of ['treatment', 'control'] as const) await storeArm(client, kind, arm);
}

async function storeArm(client: pg.Client, kind: ReportKind, arm: CountedArm): Promise<void> {
  const store = async (profile: number): Promise<readonly string[]> => {
    const { ids, profiles, numbers } = reportedMessages(kind, arm, profile);
    await client.query(sqlFile('messages'), [ids, profiles, numbers, benchBody]);
    return ids;
  };
  const reported = await store(reportingProfile);
  const earlier =
    kind.before === 'none'
      ? []
      : kind.before === 'the same profile'
        ? reported
        : [...(await store(1)), ...(await store(2))];
  if (earlier.length > 0) await client.query(optOutReportsSql, [earlier]);
}

/** A design over that data, everything settled, stopped. */
async function build(clusters: Clusters, design: Design): Promise<void> {
  if (design.name === defaultDesignName) return; // it is the schema itself
  const url = await clusters.start(builtName);
  try {
    const client = await connect(url);
    try {
      const missing = await whyNotHere(client, design);
      if (missing !== undefined) throw new CountFailure(missing);
      await applyDesign(url, client, design);
      await client.query('vacuum (freeze, analyze)');
      await client.query('checkpoint');
    } finally {
      await client.end();
    }
  } finally {
    await clusters.stop(builtName);
  }
}

const optOutReportsSql = readSql(new URL('../scenarios/sql/opt_out_reports.sql', import.meta.url));

function sqlFile(name: string): string {
  return readSql(new URL(`./sql/${name}.sql`, import.meta.url));
}
