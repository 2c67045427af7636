import { codeOf, UserError } from '../../db/cli/errors.ts';
import { insufficientPrivilege } from '../../db/sqlstates.ts';
import { makeAlways } from '../database/always-triggers.ts';
import type { Arms } from '../paired/arms/arms.ts';
import type { MappingReservation } from './reservation.ts';
import type { MappedScenario } from './scenarios.ts';

const takeDown = async (): Promise<void> => {}; // the reservation puts back what was changed
const nothing = { treatment: '', control: '' } as const;
const withCheck = 'set session_replication_role = origin';
const withoutCheck = 'set session_replication_role = replica';

/** How the arms of a scenario differ, once the check alone rests in a replica. */
export function armsOf(control: MappedScenario['control']): Arms {
  switch (control) {
    case 'none':
      return { method: 'one arm', sql: nothing, takeDown };
    case 'other statement':
      return { method: 'two statements', sql: nothing, takeDown };
    case 'check off':
      return {
        method: 'trigger modes',
        sql: { treatment: withCheck, control: withoutCheck },
        takeDown,
      };
    case 'check off twice':
      return {
        method: 'trigger modes',
        sql: { treatment: withoutCheck, control: withoutCheck },
        takeDown,
      };
    default:
      throw new Error(`no arms for ${control}`);
  }
}

/**
 * Lets everything but the check fire in a replica, too, until the reservation is closed.
 *
 * @param table the messages', and `check` its function with parentheses, as SQL has them
 * @throws UserError where the role may not
 */
export async function restCheckInReplicas(
  reservation: MappingReservation,
  table: string,
  check: string,
): Promise<void> {
  try {
    await reservation.change((admin) => makeAlways(admin, table, check));
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    throw new UserError(
      `only a superuser may let a session send to ${table} past the check alone (42501): log in as one, or leave to --scenarios what needs none: refused,report-first,report-repeated,report-blocking`,
    );
  }
}
