import type pg from 'pg';
import { codeOf } from '../../../db/cli/errors.ts';
import { inTransaction } from '../../../db/connection/transaction.ts';
import { readSql } from '../../../db/sql.ts';
import { insufficientPrivilege } from '../../../db/sqlstates.ts';
import type { BenchReservation } from '../../database/reservation.ts';
import type { Arms } from './arms.ts';

const makeAlwaysSql = readSql(new URL('./sql/make_triggers_always.sql', import.meta.url));

/**
 * Arms by session_replication_role: the check's triggers stay as they are and rest in a session that is
 * a replica, all others, foreign keys included, are set to fire always. So both arms are on one table,
 * and nothing is made or dropped between them.
 *
 * @returns undefined where the role may not: only a superuser sets the mode of a foreign key's trigger
 */
export async function triggerModes(
  reservation: BenchReservation,
  checkTriggers: readonly string[],
): Promise<Arms | undefined> {
  try {
    await reservation.change((admin) =>
      inTransaction(admin, () => makeAlways(admin, checkTriggers)),
    );
  } catch (error) {
    if (codeOf(error) === insufficientPrivilege) return undefined;
    throw error;
  }
  return {
    method: 'trigger modes',
    sql: {
      treatment: 'set session_replication_role = origin',
      control: 'set session_replication_role = replica',
    },
    takeDown: () => reservation.putBackTriggers(),
  };
}

async function makeAlways(admin: pg.Client, checkTriggers: readonly string[]): Promise<void> {
  await admin.query('set local session_replication_role = replica'); // may this role at all?
  const { rows } = await admin.query<{ triggers: string[] }>(makeAlwaysSql, [checkTriggers]);
  for (const trigger of rows.flatMap((row) => row.triggers)) {
    await admin.query(
      `alter table public.outbound_messages enable always trigger ${admin.escapeIdentifier(trigger)}`,
    );
  }
}
