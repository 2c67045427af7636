import { randomInt } from 'node:crypto';
import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { type Design, defaultDesignName } from '../../db/designs.ts';
import { readBlockThreshold } from '../../db/schema/block-threshold.ts';
import { readSql } from '../../db/sql.ts';
import { readShardPlaces, type ShardPlaces } from '../../db/topologies/citus/shard-places.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus, type Topology, topologyOf } from '../../db/topologies/topology.ts';
import type { Statements } from './client/worker-options.ts';
import { slotsPerNumber } from './workload/fresh-numbers.ts';
import { runTagLimit } from './workload/ids.ts';

/** What a run finds in the database before it begins, and adds to it. */
export interface Prepared {
  readonly runTag: number;
  readonly topology: Topology;
  /** Where each number's node is, where the load goes straight to it. */
  readonly shardPlaces: ShardPlaces | undefined;
  readonly threshold: number;
  /** Profiles that new numbers are written to by. */
  readonly profileIds: readonly string[];
  /** Those of them that the run made, and removes again. */
  readonly ownProfileIds: readonly string[];
  readonly freshAreas: readonly number[];
  /** Kept apart for contacts that nobody opts out of, where there is no data set. */
  readonly plainAreas: readonly number[];
  /** Under the default design, where they are rows of two tables: what a run adds can be counted. */
  readonly totalsBefore: OptOutTotals | undefined;
}

/** How many opt-outs and blocks a database has. */
export interface OptOutTotals {
  readonly optOuts: number;
  readonly blocked: number;
}

/** Profiles used for new numbers at most, and made where the database has too few. */
const mostProfiles = 1_000;
const profilesMade = 20;

/** Area codes kept for a database without a data set. */
const plainAreaCount = 20;

/**
 * Looks at the database: the threshold, profiles to send from, numbers that nobody has used. Without
 * a data set it makes profiles of its own.
 *
 * @param straightFrom the coordinator's URL, for a load that goes straight to the nodes of the numbers
 * @throws UserError where the threshold is more than the generator can follow, or no numbers are left.
 */
export async function prepareRun(
  client: pg.Client,
  design: Design,
  straightFrom?: string,
): Promise<Prepared> {
  const threshold = await readBlockThreshold(client);
  const topology = await topologyOf(client);
  if (threshold > slotsPerNumber) {
    throw new UserError(
      `the block threshold is ${threshold}: the load generator follows up to ${slotsPerNumber} profiles a number`,
    );
  }
  const areas = await client.query<{ area: number }>(
    topology === citus ? citusSql('free_areas') : sqlFile('free_areas'),
  );
  const free = areas.rows.map(({ area }) => area);
  if (free.length <= plainAreaCount) {
    throw new UserError(
      'exchange 555 is full of opt-outs of earlier runs that were kept: seed the database again',
    );
  }
  const known = await client.query<{ id: string }>(sqlFile('known_profiles'), [mostProfiles]);
  const enough = known.rows.length >= slotsPerNumber;
  const made = enough
    ? []
    : (await client.query<{ id: string }>(sqlFile('make_profiles'), [profilesMade])).rows;
  return {
    runTag: randomInt(runTagLimit),
    topology,
    shardPlaces:
      straightFrom === undefined ? undefined : await readShardPlaces(client, straightFrom),
    threshold,
    totalsBefore: design.name === defaultDesignName ? await countOptOuts(client) : undefined,
    profileIds: (enough ? known.rows : made).map(({ id }) => id),
    ownProfileIds: made.map(({ id }) => id),
    freshAreas: free.slice(plainAreaCount),
    plainAreas: free.slice(0, plainAreaCount),
  };
}

/** Counts the opt-outs and the blocks of the default design. */
export async function countOptOuts(client: pg.Client): Promise<OptOutTotals> {
  const counted = onlyRow(
    await client.query<{ opt_outs: string; blocked: string }>(sqlFile('count_opt_outs')),
  );
  return { optOuts: Number(counted.opt_outs), blocked: Number(counted.blocked) };
}

/** The application's statements. */
export function applicationStatements({ reportsNameNumber }: Topology): Statements {
  return {
    send: sqlFile('send'),
    report: reportsNameNumber ? citusSql('report').trim() : sqlFile('report'),
    reportsNameNumber,
    findMessage: sqlFile('find_message'),
    findReport: sqlFile('find_report'),
    split: false,
  };
}

function sqlFile(name: string): string {
  return readSql(new URL(`./sql/${name}.sql`, import.meta.url)).trim();
}
