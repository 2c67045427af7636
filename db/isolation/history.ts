import type { IsolationLevel } from '../contract.ts';

/*
 * A history: what a few sessions do to a few numbers, and, if it is scheduled, in which order. It is
 * plain data, so that it can be enumerated, drawn at random, shrunk, printed and run again.
 */

/** A message that exists before the history begins: the one from this profile to this number. */
export interface PhoneProfile {
  readonly phone: number;
  readonly profile: number;
}

/** One statement of an application. Numbers and profiles are indexes. */
export type Step =
  /** One insert of a message to each number, in this order. */
  | { readonly kind: 'send'; readonly phones: readonly number[]; readonly profile: number | null }
  /** One insert of a failed 21610 for each pair's message, in this order. */
  | { readonly kind: 'report'; readonly pairs: readonly PhoneProfile[] }
  /** One update that gives 21610 to the reports that were stored without a code. */
  | { readonly kind: 'update'; readonly pairs: readonly PhoneProfile[] }
  /** One insert of reports that must not count: 30007, delivered, and no code. */
  | { readonly kind: 'noise'; readonly pair: PhoneProfile }
  /** One query of a number's opt-outs, in the order in which they were recorded. */
  | { readonly kind: 'read'; readonly phone: number }
  /** One update that moves this session's own spare message to a number. */
  | { readonly kind: 'move'; readonly phone: number }
  /** One opt-in of a number to a profile, or to every one (null): an operator's, at READ COMMITTED. */
  | { readonly kind: 'opt in'; readonly phone: number; readonly profile: number | null };

/** Statements between begin and end; `autocommit` is one statement without either. */
export interface Transaction {
  readonly level: IsolationLevel;
  readonly steps: readonly Step[];
  readonly end: 'commit' | 'rollback' | 'autocommit';
}

export interface History {
  /** How many profiles each number has opted out of before it begins. */
  readonly before: readonly number[];
  readonly sessions: readonly (readonly Transaction[])[];
  /**
   * Which session moves next, statement by statement, begin and end included. A pick of a session
   * that waits for a lock is passed over; what is left at the end runs in the order of the sessions.
   * Undefined: all sessions run freely at the same time.
   */
  readonly schedule: readonly number[] | undefined;
}

/** Messages exist from this many profiles to every number. */
export const profilesPerPhone = 5;

/** How many distinct profiles block a number. */
export const blockingProfiles = 3;

/** What a session sends, one statement each: begin, the steps, the end. */
export function statementsOf(transaction: Transaction): readonly (Step | 'begin' | 'end')[] {
  return transaction.end === 'autocommit'
    ? transaction.steps
    : ['begin', ...transaction.steps, 'end'];
}

/** The numbers that somebody opts in, in a transaction that commits or not. */
export function optedInNumbers(history: History): ReadonlySet<number> {
  const steps = history.sessions.flat().flatMap((transaction) => transaction.steps);
  return new Set(steps.flatMap((step) => (step.kind === 'opt in' ? [step.phone] : [])));
}
