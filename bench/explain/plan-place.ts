import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import type { Design } from '../../db/designs.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import { citus } from '../../db/topologies/topology.ts';
import type { BenchReservation } from '../database/reservation.ts';
import { drawFrom, type HashRange } from '../scenarios/at-worker.ts';
import type { Draw } from '../scenarios/draw.ts';
import { enableAutoExplain } from './nested-plans.ts';
import type { ExplainedStatement } from './plan-summary.ts';

/** Where statements are explained, and what names and numbers mean there. */
export interface PlanPlace {
  readonly client: pg.Client;
  /** A statement of the schema as it is sent there. */
  readonly asSent: (sql: string) => string;
  /** Of what is drawn, what is there. */
  readonly drawn: (draw: Draw) => Draw;
  /** A plan in the schema's names. */
  readonly inSchema: (plan: ExplainedStatement) => ExplainedStatement;
}

/**
 * A session whose plans show what a check reads: the server's, or on a cluster one at a worker that inserts straight
 * into a shard. Through the distributed table Citus runs the shard's part in another session, where the trigger's own
 * plans stay.
 */
export async function openPlanPlace(
  reservation: BenchReservation,
  design: Design,
): Promise<PlanPlace> {
  if (reservation.topology === citus) {
    const client = await reservation.openWorker();
    await enableAutoExplain(client);
    return besideShard(client);
  }
  return {
    client: await reservation.openClient(design, enableAutoExplain),
    asSent: (sql) => sql,
    drawn: (draw) => draw,
    inSchema: (plan) => plan,
  };
}

async function besideShard(client: pg.Client): Promise<PlanPlace> {
  const {
    rows: [place],
  } = await client.query<HashRange & { readonly shards: Readonly<Record<string, string>> }>(
    citusSql('shards_together'),
  );
  if (place === undefined) throw new UserError('the first worker of the cluster holds no shard');
  await client.query('set citus.enable_manual_changes_to_shards = on');
  const { shards } = place;
  const tables = new RegExp(`(?<=insert into )(${Object.keys(shards).join('|')})\\b`, 'g');
  return {
    client,
    asSent: (sql) => sql.replace(tables, (table) => shards[table] ?? table),
    drawn: (draw) => drawFrom([place], draw),
    inSchema: (plan) =>
      JSON.parse(JSON.stringify(plan), (key, value: unknown) =>
        nameKeys.has(key) && typeof value === 'string' ? value.replace(/_\d+$/, '') : value,
      ) as ExplainedStatement,
  };
}

/** A shard's tables and indexes are called like the schema's, with the shard's number behind. */
const nameKeys: ReadonlySet<string> = new Set(['Relation Name', 'Index Name']);
