import type { IsolationLevel } from '../contract.ts';

/*
 * What the second checker and the export know of a history: transactions over named lists, as Elle's
 * list-append has them. Nothing in it is of this schema.
 */

/** One operation of a transaction on the list `key`. */
export type Operation =
  | { readonly f: 'append'; readonly key: number; readonly element: number }
  /** The whole list, as it was seen, the oldest element first. */
  | { readonly f: 'read'; readonly key: number; readonly list: readonly number[] };

/** One transaction: ended by a commit that was acknowledged, or by a roll-back. */
export interface ListTransaction {
  readonly process: number;
  readonly level: IsolationLevel;
  readonly isCommitted: boolean;
  /**
   * Ticks of one clock, no two alike: before its snapshot was taken, and after its end was acknowledged.
   */
  readonly invokedAt: number;
  readonly completedAt: number;
  /** In the order of the statements. No two transactions append one element to one list. */
  readonly operations: readonly Operation[];
}
