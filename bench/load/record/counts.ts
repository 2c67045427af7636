import type * as results from '../results/results.ts';

/** What a stretch of a load did, while it is counted. */
export type RecordedCounts = { -readonly [Name in keyof results.Counts]: number };

/** Nothing done yet. */
export function noCounts(): RecordedCounts {
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
    unconfirmed: 0,
    unknown: 0,
    waited: 0,
  };
}

/** Adds `more` to `counts`. */
export function addCounts(counts: RecordedCounts, more: RecordedCounts): void {
  for (const key of Object.keys(counts) as (keyof RecordedCounts)[]) counts[key] += more[key];
}
