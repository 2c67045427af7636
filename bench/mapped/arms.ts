import type pg from 'pg';
import { codeOf, UserError } from '../../db/cli/errors.ts';
import { readSql } from '../../db/sql.ts';
import { insufficientPrivilege } from '../../db/sqlstates.ts';
import { makeAlways } from '../database/always-triggers.ts';
import type { Arms } from '../paired/arms/arms.ts';
import { makeSavepoint, type RollBack } from '../scenarios/prepared.ts';
import type { MappingReservation } from './reservation.ts';
import type { MappedScenario } from './scenarios.ts';

const emptySql = readSql(new URL('./sql/empty_check.sql', import.meta.url));

/** How sessions differ in which the check is on and off. */
export interface CheckSwitch {
  readonly method: 'trigger modes' | 'emptied function';
  /** Run in a session when it takes the arm. */
  readonly on: string;
  readonly off: string;
  /** What is the same as `on` or `off` in two sessions at once. */
  readonly sameTwice: string;
  readonly rollBack: RollBack;
}

/** The messages' table and the check's function with its parentheses, as SQL has them. */
export interface CheckedTable {
  readonly table: string;
  readonly check: string;
}

const modes: CheckSwitch = {
  method: 'trigger modes',
  on: 'set session_replication_role = origin',
  off: 'set session_replication_role = replica',
  sameTwice: 'set session_replication_role = replica',
  rollBack: 'transaction',
};

/** Where nothing is timed with the check off. */
export const noSwitch: CheckSwitch = { ...modes, off: '', sameTwice: '' };

/**
 * Finds out how the role may switch the check off for single sessions. A superuser lets everything else fire in
 * a replica, too, until the reservation is closed. Whoever else owns the check's function empties it in a
 * transaction that is never committed, for which nothing is made or set.
 *
 * @throws UserError where the role may neither
 */
export async function makeSwitch(
  reservation: MappingReservation,
  { table, check }: CheckedTable,
): Promise<CheckSwitch> {
  try {
    await reservation.change((admin) => makeAlways(admin, table, check));
    return modes;
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
  }
  const begin = `rollback; begin; ${makeSavepoint}`;
  const empty = emptySql.replace('"{check}"()', check);
  try {
    await tryAndUndo(reservation.admin, empty);
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    throw new UserError(
      `only a superuser or the owner of ${check} may send to ${table} past the check: log in as one, or leave to --scenarios what needs neither: refused,report-first,report-repeated,report-blocking`,
    );
  }
  return {
    method: 'emptied function',
    on: begin,
    off: `rollback; begin; ${empty}; ${makeSavepoint}`,
    sameTwice: begin,
    rollBack: 'savepoint',
  };
}

async function tryAndUndo(admin: pg.Client, statement: string): Promise<void> {
  await admin.query('begin');
  try {
    await admin.query(statement);
  } finally {
    await admin.query('rollback');
  }
}

const takeDown = async (): Promise<void> => {}; // the reservation puts back what was changed

/** The arms of a scenario. */
export function armsOf(
  control: MappedScenario['control'],
  { method, on, off, sameTwice }: CheckSwitch,
): Arms {
  const [nothing, same] = [
    { treatment: '', control: '' },
    { treatment: sameTwice, control: sameTwice },
  ];
  switch (control) {
    case 'none':
      return { method: 'one arm', sql: nothing, takeDown };
    case 'other statement':
      return { method: 'two statements', sql: nothing, takeDown };
    case 'check off':
      return { method, sql: { treatment: on, control: off }, takeDown };
    case 'check off twice':
      return { method, sql: same, takeDown };
    default:
      throw new Error(`no arms for ${control}`);
  }
}
