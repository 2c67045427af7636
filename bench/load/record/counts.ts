/** What a stretch of a load did. All are numbers of operations unless they say otherwise. */
export interface Counts {
  /** Answered operations: acknowledged or refused. */
  done: number;
  /** Sends that the server accepted. */
  accepted: number;
  /** Sends that the opt-out check refused: an answer, not an error. */
  refused: number;
  /** Reports acknowledged, by what they say. */
  delivered: number;
  filtered: number;
  optedOut: number;
  /** Operations that failed for good, with an SQLSTATE that is neither an answer nor worth a retry. */
  errors: number;
  /** Statements run again after 40001 (serialization failure) or 40P01 (deadlock). */
  retries: number;
  /** Connections that broke. */
  lostConnections: number;
  /** Operations found done when asked after a lost connection. */
  foundDone: number;
  /** Operations of which it is not known whether they were committed. */
  unknown: number;
  /** Operations that had to wait because all connections were busy. */
  waited: number;
}

/** Nothing done yet. */
export function noCounts(): Counts {
  return {
    done: 0,
    accepted: 0,
    refused: 0,
    delivered: 0,
    filtered: 0,
    optedOut: 0,
    errors: 0,
    retries: 0,
    lostConnections: 0,
    foundDone: 0,
    unknown: 0,
    waited: 0,
  };
}

/** Adds `more` to `counts`. */
export function addCounts(counts: Counts, more: Counts): void {
  for (const key of Object.keys(counts) as (keyof Counts)[]) counts[key] += more[key];
}
