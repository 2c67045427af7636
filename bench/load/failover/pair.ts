import { lchownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { UserError } from '../../../db/cli/errors.ts';
import { readAddress } from '../../../db/connection/address.ts';
import { connect } from '../../../db/connection/connect.ts';
import { onlyRow } from '../../../db/connection/only-row.ts';
import { urlOfParameters } from '../../../db/connection/parameters.ts';
import { applyDesign, type Design } from '../../../db/designs.ts';
import { itemAt } from '../../../db/item-at.ts';
import { migrateUp } from '../../../db/schema/migrate.ts';
import { serverAccount } from '../../../db/server/account.ts';
import { findBinaries } from '../../../db/server/binaries.ts';
import { serverPaths } from '../../../db/server/paths.ts';
import { makeScratchClusters, type ScratchClusters } from '../../../db/server/scratch-clusters.ts';
import { readSql } from '../../../db/sql.ts';
import { ClusterCopy } from '../../instructions/cluster-copy.ts';
import { Relay } from '../../network/relay.ts';
import type { ReplicationKind } from '../results/failover-results.ts';

/** A primary and its standby, at work. */
export interface Pair {
  /** Names both: who connects finds the one that takes writes. */
  readonly url: string;
  readonly primaryUrl: string;
  readonly standbyUrl: string;
  /** Ends the primary with all its processes, and what it had sent that had not arrived. */
  killPrimary(): Promise<void>;
  /** Starts the killed primary by itself, shows it to somebody, and ends it again. */
  withKilledPrimary<T>(look: (client: pg.Client) => Promise<T>): Promise<T>;
  /** Ends both. */
  close(): Promise<void>;
}

/** Makes pairs of servers, one after the other, each with the same few rows. */
export interface PairMaker {
  readonly major: number;
  /** Where the clusters lie. */
  readonly folder: string;
  start(replication: ReplicationKind, standbyDelayMs: number): Promise<Pair>;
  remove(): Promise<void>;
}

/** For both: a server of which both may be lost, which says little and takes little memory. */
const settings: readonly string[] = [
  '# For a primary and a standby',
  'wal_level = replica',
  'max_wal_senders = 4',
  'wal_keep_size = 256MB', // until the standby has connected
  'hot_standby = on',
  'shared_buffers = 128MB',
  'wal_buffers = 16MB',
  'min_wal_size = 80MB',
  'max_wal_size = 1GB',
];

const [originName, primaryName, standbyName] = ['origin', 'primary', 'standby'];

/**
 * Makes the cluster that pairs are copied from: the schema with a design, and whatever `fill` puts there. All
 * of it goes with `remove`, after Ctrl-C, and by the next command after a kill.
 */
export async function makePairs(
  design: Design,
  fill: (client: pg.Client) => Promise<void>,
): Promise<PairMaker> {
  const account = serverAccount();
  const binaries = findBinaries(account, serverPaths(account).home);
  const clusters = makeScratchClusters(account, binaries, settings);
  try {
    await makeOrigin(clusters, design, fill);
  } catch (error) {
    await clusters.remove();
    throw error;
  }
  const copies = [primaryName, standbyName].map(
    (name) => new ClusterCopy(clusters.dataOf(name), account),
  );
  return {
    major: binaries.major,
    folder: clusters.folder,
    async start(replication, standbyDelayMs) {
      for (const copy of copies) await copy.restore(clusters.dataOf(originName));
      return startPair(clusters, replication, standbyDelayMs);
    },
    remove: () => clusters.remove(),
  };
}

async function makeOrigin(
  clusters: ScratchClusters,
  design: Design,
  fill: (client: pg.Client) => Promise<void>,
): Promise<void> {
  await clusters.initialise(originName);
  const url = await clusters.start(originName);
  await migrateUp(url);
  const client = await connect(url);
  try {
    await applyDesign(url, client, design);
    await fill(client);
    await client.query('vacuum (freeze, analyze)');
  } finally {
    await client.end();
  }
  await clusters.stop(originName);
}

/** Commits wait for a standby of this name, if for any. */
const standbyApplication = 'standby';

async function startPair(
  clusters: ScratchClusters,
  replication: ReplicationKind,
  standbyDelayMs: number,
): Promise<Pair> {
  const synchronous = (names: string): string => `synchronous_standby_names = '${names}'`;
  const primaryUrl = await clusters.start(primaryName, [
    synchronous(replication === 'sync' ? standbyApplication : ''),
  ]);
  const { account, socketDir } = clusters;
  const relay =
    standbyDelayMs > 0
      ? await Relay.before(primaryUrl, {
          delayMs: standbyDelayMs,
          below: `${socketDir}/`,
          ...(account.differs ? { owner: account } : {}),
        })
      : undefined;
  const close = async (): Promise<void> => {
    await clusters.quit(primaryName);
    await clusters.quit(standbyName);
    await relay?.close();
  };
  try {
    const { host, port, user } = readAddress(relay?.url ?? primaryUrl);
    const signal = join(clusters.dataOf(standbyName), 'standby.signal');
    writeFileSync(signal, '');
    if (account.differs) lchownSync(signal, account.uid, account.gid);
    const standbyUrl = await clusters.start(standbyName, [
      synchronous(''), // promoted, it waits for nobody
      `primary_conninfo = 'host=${host} port=${port} user=${user} application_name=${standbyApplication}'`,
    ]);
    await untilStreaming(primaryUrl, replication);
    return {
      url: hostList(primaryUrl, standbyUrl),
      primaryUrl,
      standbyUrl,
      async killPrimary() {
        await clusters.kill(primaryName);
        relay?.break('cut');
      },
      async withKilledPrimary(look) {
        const client = await connect(await clusters.start(primaryName, [synchronous('')]));
        try {
          return await look(client);
        } finally {
          await client.end();
          await clusters.quit(primaryName);
        }
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** One URL with both hosts, asking for the one that takes writes, as libpq takes it. */
function hostList(...urls: readonly string[]): string {
  const addresses = urls.map((url) => readAddress(url));
  const { user, database, sslMode } = itemAt(addresses, 0);
  return urlOfParameters({
    host: addresses.map(({ host }) => host).join(),
    port: addresses.map(({ port }) => port).join(),
    ...{ user, dbname: database, sslmode: sslMode },
    target_session_attrs: 'read-write',
  });
}

const streamingSql = readSql(new URL('./sql/standby_is_streaming.sql', import.meta.url));

/** How long a standby may take to connect and catch up with a handful of rows. */
const catchUpMs = 60_000;

async function untilStreaming(url: string, replication: ReplicationKind): Promise<void> {
  const client = await connect(url);
  try {
    const deadlineMs = performance.now() + catchUpMs;
    for (;;) {
      const { streaming } = onlyRow(
        await client.query<{ streaming: boolean }>(streamingSql, [
          standbyApplication,
          replication === 'sync',
        ]),
      );
      if (streaming) return;
      if (performance.now() > deadlineMs) {
        throw new UserError('the standby did not begin to follow the primary within a minute');
      }
      await delay(20);
    }
  } finally {
    await client.end();
  }
}
