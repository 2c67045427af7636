/** How long sessions are kept, how their time is divided, and what goes before each slice. */
export interface Pacing {
  readonly slicesPerSessions: number;
  readonly turnsPerSlice: number;
}

/** A figure has so many sessions where its time allows: more of what scatters, and its scatter is known. */
const sessionsWanted = 30;

/** A figure whose time is up before it has enough sessions for an interval may take so much longer. */
export function mostSecondsOver(secondsAllowed: number): number {
  return Math.max(secondsAllowed, 5);
}

/**
 * Two sessions together: shorter, and opening them would take most of the time; longer, and there are few.
 * Sessions differ among themselves by some 2.5 %, slices of 25 ms by 4 %, and two sessions take 100 ms to
 * open and clear up: the variance of a figure of given length is least where they last some 100 ms.
 */
export const sessionsMs = { least: 150, most: 250 } as const;

/** Arms change so often where there is time for it, and in any case once. */
const manySlices = 6;
const fewSlices = 2;

/** A slice of fewer turns is not worth a change of arms. */
const turnsWorthASlice = 10;
const mostTurns = 500;

/** Of the first sessions, which only warm up and tell how long a turn takes. */
export function firstPacing(rowsPerStatement: number): Pacing {
  return { slicesPerSessions: fewSlices, turnsPerSlice: rowsPerStatement >= 1_000 ? 1 : 6 };
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
  const lengthMs = Math.min(mostMs, Math.max(sessionsMs.least, wantedMs));
  const turns = lengthMs / turnMs;
  const slicesPerSessions = turns / manySlices >= turnsWorthASlice ? manySlices : fewSlices;
  const perSlice = Math.round(turns / slicesPerSessions);
  return { slicesPerSessions, turnsPerSlice: Math.min(mostTurns, Math.max(1, perSlice)) };
}

/**
 * Calls before a slice that are not timed. A session that takes another arm makes its plans anew,
 * PL/pgSQL and prepared statements settle on one after five executions, and a statement of one row gets
 * faster for some fifty more, until the processor's caches hold what it needs. For many rows planning is a
 * small part, and two calls read what is needed.
 */
export function warmupCalls(rowsPerStatement: number, durable: boolean): number {
  if (rowsPerStatement >= 10_000) return 1;
  if (rowsPerStatement >= 1_000) return 2;
  return durable || rowsPerStatement > 1 ? 10 : 50;
}
