import type { Design } from '../../db/designs.ts';
import type { BenchReservation } from '../database/reservation.ts';
import type { Arm } from '../results/results.ts';

/** What a database that is reserved offers to whoever times statements in it. */
export type PairReservation = Pick<
  BenchReservation,
  'admin' | 'topology' | 'openClient' | 'openWorker' | 'removeMade'
>;

/** Where an arm's statements go: a database that is reserved for the bench, and the design in it. */
export interface Place {
  readonly reservation: PairReservation;
  readonly design: Design;
}

/** The same for both arms, as a rule; another for the control where two databases are compared. */
export type Places = Readonly<Record<Arm, Place>>;
