import type { Method } from '../results/results.ts';
import type { BenchDataSet } from '../scenarios/blocked-contacts.ts';
import type { BenchReservation } from './reservation.ts';

/** The rules of a run by pairs of single statements. */
export type PairedMethod = Method & { readonly fewestSessions: number };

/** What a measurement needs besides the scenario. */
export interface Workbench {
  readonly reservation: BenchReservation;
  readonly major: number;
  readonly dataSet: BenchDataSet;
  readonly seed: number;
  readonly method: PairedMethod;
  readonly blockedShare: number;
  /** Where the sessions that are timed go, if through a pooler in transaction mode. */
  readonly poolerUrl?: string | undefined;
  /** performance.now() when the run began. */
  readonly runStartedMs: number;
}
