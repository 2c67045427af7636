import type pg from 'pg';
import { codeOf } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { type CapabilityUse, readCapabilities } from '../../db/server/capabilities.ts';
import type { ServerPaths } from '../../db/server/paths.ts';
import { readSql } from '../../db/sql.ts';
import { insufficientPrivilege } from '../../db/sqlstates.ts';
import { describeCluster, readCluster } from '../../db/topologies/citus/cluster.ts';
import { citus, topologyOf } from '../../db/topologies/topology.ts';
import { relationSizes } from '../database/relations.ts';
import type { Environment, Setting, TableState } from '../results/results.ts';
import { diskFacts } from './disk.ts';
import { hardwareFacts } from './hardware.ts';
import { hugePagesOf } from './huge-pages.ts';
import { clientFacts, loadAverage, machineFacts, projectFacts } from './machine.ts';
import { processorShares, processorTimes } from './processors.ts';

/** The environment as it was when a run began; `finish` adds what is known only at its end. */
export interface StartedEnvironment {
  finish(client: pg.Client): Promise<Environment>;
}

/** A server, and for one of the lab's own the folder with its data. */
interface Place {
  readonly server:
    | { readonly kind: 'embedded'; readonly paths: Pick<ServerPaths, 'home'> }
    | { readonly kind: 'external' };
  readonly major: number;
}

/**
 * Notes everything about the server, the machine and this program that a figure depends on.
 *
 * @param use whose capabilities are noted, where the server is not the lab's own; none are where it is undefined
 * @param loadBefore the machine's load before any work of the run's own (default: now)
 */
export async function startEnvironment(
  client: pg.Client,
  { server, major }: Place,
  use: CapabilityUse | undefined,
  loadBefore: readonly number[] = loadAverage(),
): Promise<StartedEnvironment> {
  const facts = await serverFacts(client, server.kind);
  const capabilities =
    server.kind === 'external' && use !== undefined
      ? await readCapabilities(client, major, use)
      : undefined;
  const tables = await tableStates(client);
  const processorsBefore = processorTimes();
  const disk = server.kind === 'embedded' ? diskFacts(server.paths.home) : undefined;
  return {
    finish: async (finishing) => ({
      server: {
        ...facts,
        ...(capabilities === undefined ? {} : { capabilities: capabilities.list }),
        databaseSizeBytes: await databaseSize(finishing),
      },
      relations: await relationSizes(finishing),
      tables,
      machine: {
        ...machineFacts(),
        ...hardwareFacts(),
        ...processorShares(processorsBefore, processorTimes()),
        ...(disk === undefined ? {} : { disk }),
        loadBefore,
        loadAfter: loadAverage(),
      },
      client: clientFacts(),
      project: projectFacts(),
    }),
  };
}

async function tableStates(client: pg.Client): Promise<readonly TableState[]> {
  const { rows } = await client.query<Record<keyof TableState, string>>(sqlFile('table_states'));
  return rows.map((row) => ({
    name: row.name,
    pages: Number(row.pages),
    allVisiblePages: Number(row.allVisiblePages),
    liveRows: Number(row.liveRows),
    deadRows: Number(row.deadRows),
  }));
}

async function serverFacts(
  client: pg.Client,
  kind: 'embedded' | 'external',
): Promise<Environment['server']> {
  const answer = await client.query<{
    version: string;
    versionNumber: number;
    encoding: string;
    collation: string;
    databaseSizeBytes: string;
  }>(sqlFile('server_facts'));
  const facts = onlyRow(answer);
  const hugePages = await hugePagesOf(client);
  const settings = await client.query<Setting>(sqlFile('changed_settings'));
  const extensions = await client.query<{ name: string; version: string }>(
    'select extname as name, extversion as version from pg_extension order by 1',
  );
  const cluster =
    (await topologyOf(client)) === citus ? describeCluster(await readCluster(client)) : undefined;
  return {
    ...facts,
    kind,
    ...(cluster === undefined ? {} : { cluster }),
    pgConfig: await pgConfig(client),
    databaseSizeBytes: Number(facts.databaseSizeBytes),
    ...(hugePages === undefined ? {} : { hugePages }),
    changedSettings: settings.rows,
    extensions: extensions.rows,
  };
}

/** Readable by superusers, and by whom they grant it. */
async function pgConfig(client: pg.Client): Promise<Record<string, string>> {
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(sqlFile('build'));
    return Object.fromEntries(rows.map((row) => [row.name, row.setting]));
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    return {};
  }
}

async function databaseSize(client: pg.Client): Promise<number> {
  const answer = await client.query<{ size: string }>(
    'select pg_database_size(current_database()) as size',
  );
  return Number(onlyRow(answer).size);
}

function sqlFile(name: string): string {
  return readSql(new URL(`./sql/${name}.sql`, import.meta.url));
}
