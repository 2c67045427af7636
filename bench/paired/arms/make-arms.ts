import type { Design } from '../../../db/designs.ts';
import { citus } from '../../../db/topologies/topology.ts';
import type { BenchReservation } from '../../database/reservation.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Arms } from './arms.ts';
import { findCheck } from './find-check.ts';
import { sessionRole } from './session-role.ts';
import { triggerModes } from './trigger-modes.ts';
import { twinTables, twinView } from './twins.ts';

/** A check that is no part of a table cannot be had in a twin. */
export class NoSuchArms extends Error {
  readonly code = 'NO_SUCH_ARMS';
  constructor(kind: string) {
    super(`a check by ${kind} is not in a table of its own`);
  }
}

/** Both on the application's own tables. */
const nothingMade = {
  sql: { treatment: '', control: '' },
  schemas: { treatment: 'public', control: 'public' },
  takeDown: async (): Promise<void> => {},
} as const;

/**
 * How the arms of a scenario differ under the design in place. What is made for it is taken down with
 * the arms, after Ctrl-C, and by the next bench after a kill.
 *
 * @param wanted twin tables also where the role might do otherwise: to hold the two ways side by side,
 *   because they are to be partitioned, or because the sessions are shared with others
 * @throws NoSuchArms where the design cannot have the wanted ones
 */
export async function makeArms(
  reservation: BenchReservation,
  design: Design,
  control: Scenario['control'],
  wanted?: 'twin tables' | 'partitioned twins',
): Promise<Arms> {
  if (control === 'none') return { method: 'one arm', ...nothingMade };
  if (control === 'other statement') return { method: 'two statements', ...nothingMade };
  const check = await reservation.change((admin) => findCheck(admin, design));
  const checked = control === 'check off';
  if (!checked) await reservation.change((admin) => admin.query(design.checkOffSql));
  const arms = async (): Promise<Arms> => {
    if (wanted === 'partitioned twins') {
      if (reservation.topology === citus) throw new NoSuchArms('triggers of shards');
      if (check.kind === 'row security' || check.kind === 'view') throw new NoSuchArms(check.kind);
      return twinTables(reservation, design, checked, 'partitioned');
    }
    if (check.kind === 'row security') return sessionRole(reservation.admin, design);
    if (check.kind === 'view') return twinView(reservation, check.uncheckedDefinition);
    const modes =
      // a cluster's triggers are in other sessions, at its workers, than the one that would rest them
      check.kind === 'triggers' && wanted === undefined && reservation.topology !== citus
        ? await triggerModes(reservation, check.triggers)
        : undefined;
    return modes ?? twinTables(reservation, design, checked);
  };
  const made = await arms();
  return {
    ...made,
    async takeDown() {
      await made.takeDown();
      await reservation.change((admin) => admin.query(design.checkOnSql));
    },
  };
}
