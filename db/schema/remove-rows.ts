import type pg from 'pg';
import { codeOf } from '../cli/errors.ts';
import { insufficientPrivilege } from '../sqlstates.ts';
import { citus, topologyOf } from '../topologies/topology.ts';

/** For Citus: the statements of a transaction go to each worker over one connection, shard after shard. */
const sequentialSql = "set local citus.multi_shard_modify_mode = 'sequential'";

/** Rows that a check or a benchmark made and removes again, by id. */
export interface MadeRows {
  readonly profileIds: readonly string[];
  readonly messageIds: readonly string[];
  readonly reportIds: readonly string[];
}

/**
 * Removes rows whose ids are known, in one transaction: reports, then messages, then profiles.
 *
 * No index finds all the reports of a message, so the foreign keys would scan the whole of
 * delivery_reports for every message that goes. Where the role may, they are switched off for this
 * transaction (session_replication_role); the caller names every report of the messages it names.
 */
export async function removeRows(client: pg.Client, made: MadeRows): Promise<void> {
  await withoutForeignKeys(client, async () => {
    await client.query('delete from public.delivery_reports where id = any ($1)', [made.reportIds]);
    await client.query('delete from public.outbound_messages where id = any ($1)', [
      made.messageIds,
    ]);
    await client.query('delete from public.profiles where id = any ($1)', [made.profileIds]);
  });
}

/**
 * Runs deletes in one transaction that skips triggers, foreign keys included, where the role may skip them.
 *
 * @param deletes is told whether the foreign keys are skipped
 */
export async function withoutForeignKeys(
  client: pg.Client,
  deletes: (areSkipped: boolean) => Promise<void>,
): Promise<void> {
  let areSkipped = true;
  const topology = await topologyOf(client);
  await client.query('begin');
  try {
    // one connection to each worker, which sees what it deleted before; the keys are found by the number
    if (topology === citus) await client.query(sequentialSql);
    await client.query('savepoint before_setting');
    try {
      await client.query('set local session_replication_role = replica');
    } catch (error) {
      if (codeOf(error) !== insufficientPrivilege) throw error;
      await client.query('rollback to savepoint before_setting');
      areSkipped = false;
    }
    await deletes(areSkipped);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
