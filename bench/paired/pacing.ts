import type { Scenario } from '../scenarios/scenario.ts';

/** How long sessions are kept, how their time is divided, and what goes before each slice. */
export interface Pacing {
  readonly slicesPerSessions: number;
  readonly turnsPerSlice: number;
}

/** A figure has so many sessions where its time allows: more of what scatters, and its scatter is known. */
const sessionsWanted = 30;

/** A figure whose time is up before it has enough sessions for an interval may take so much longer. */
const mostSecondsOver = (secondsAllowed: number): number => Math.max(secondsAllowed, 5);

/**
 * Two sessions together: shorter, and opening them would take most of the time; longer, and there are few.
 * Sessions differ among themselves by some 2.5 %, slices of 25 ms by 4 %. Two sessions take some 40 ms to
 * open, and each slice takes another 10 to 30 ms to warm up and to clear up: where time is short they last
 * 40 ms with two slices, so that there are enough of them for an interval worth having.
 */
export const sessionsMs = { least: 40, most: 250 } as const;

/** Sessions of so many milliseconds have many slices. */
const longSessionsMs = 150;

/**
 * Two sessions of a statement of many rows last for so many turns, where that is not too long: each of their
 * slices warms up with one call, which beside a single turn would take half of the time.
 */
const turnsOfLong = 6;

/** Arms change so often where there is time for it, and in any case once. */
const manySlices = 6;
const fewSlices = 2;

/** A slice of fewer turns is not worth a change of arms. */
const turnsWorthASlice = 10;
const mostTurns = 500;

/** Of the first sessions, which only warm up and tell how long a turn takes. */
export function firstPacing(rowsPerStatement: number): Pacing {
  return { slicesPerSessions: fewSlices, turnsPerSlice: rowsPerStatement >= 1_000 ? 1 : 3 };
}

/**
 * @param secondsAllowed for the whole figure
 * @param turnMs what one turn of both arms took
 * @param overheadMs what opening two sessions, preparing and removing took beside the slices
 * @param mostMs longest that slices of two sessions take
 */
export function pacingOf(
  secondsAllowed: number,
  turnMs: number,
  overheadMs: number,
  mostMs: number = sessionsMs.most,
): Pacing {
  const wantedMs = (secondsAllowed * 1_000) / sessionsWanted - overheadMs;
  const leastMs = Math.max(sessionsMs.least, Math.min(longSessionsMs, turnsOfLong * turnMs));
  const lengthMs = Math.min(mostMs, Math.max(leastMs, wantedMs));
  const turns = lengthMs / turnMs;
  const slicesPerSessions =
    lengthMs >= longSessionsMs && turns / manySlices >= turnsWorthASlice ? manySlices : fewSlices;
  const perSlice = Math.round(turns / slicesPerSessions);
  return { slicesPerSessions, turnsPerSlice: Math.min(mostTurns, Math.max(1, perSlice)) };
}

/**
 * Calls before a slice that are not timed. A session that takes another arm makes its plans anew,
 * PL/pgSQL and prepared statements settle on one after five executions, and a statement of one row gets
 * faster for some fifty more, until the processor's caches hold what it needs. For many rows planning is a
 * small part. What is reported on has to be made for each call, which takes longer than the call: reports
 * get fewer.
 */
export function warmupCalls({
  kind,
  rowsPerStatement,
  durable,
}: Pick<Scenario, 'kind' | 'rowsPerStatement' | 'durable'>): number {
  if (rowsPerStatement >= 1_000) return 1;
  if (durable || rowsPerStatement > 1) return 10;
  return kind === 'report' ? 20 : 50;
}

/** Warming up ends after so many milliseconds: a statement that takes so long gains nothing by it. */
export const mostWarmupMs = 250;

/**
 * Whether more sessions may be opened: while there is time; and for a figure that has too few for an
 * interval beyond it, if the missing ones can be had soon.
 *
 * @param secondsAllowed for the whole figure
 * @param leftSeconds    of them, below zero after their end
 * @param missing        pairs of sessions until there is an interval
 * @param sessionsTookMs what the last pair took from being opened to being cleared up
 */
export function mayOpenSessions(
  secondsAllowed: number,
  leftSeconds: number,
  missing: number,
  sessionsTookMs: number,
): boolean {
  if (leftSeconds > 0) return true;
  return (
    missing > 0 &&
    (missing * sessionsTookMs) / 1_000 < mostSecondsOver(secondsAllowed) + leftSeconds
  );
}
