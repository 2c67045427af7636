/*
 * What a tile is built by: how many messages its contacts have, and what becomes of them.
 */

/** Messages of a tile in one window. */
export const columnCount = 20;
/** Each contact is written to by up to this many profiles. */
export const slotsPerContact = 4;

/** The measures of the plain tile: windows, messages and contacts. */
export const windowCount = 50;
export const messagesPerTile = windowCount * columnCount;
export const contactsPerTile = 250;

/** What a tile must hold. */
export interface TilePlan {
  /** Windows of time. */
  readonly windows: number;
  /** Messages of each contact, falling; at most one in a window, `windows * columnCount` together. */
  readonly messageCounts: readonly number[];
  /** How many profiles write to each contact; undefined for any of all slots. */
  readonly profileCounts: readonly number[] | undefined;
  /** How many contacts end with 1, 2 and 3 opt-outs; the others have none. */
  readonly contactsWithOptOuts: { readonly 1: number; readonly 2: number; readonly 3: number };
  /** 21610 reports from profiles opted out of before. */
  readonly repeats: number;
  /** Messages that no profile sent, and how many of them got a 21610. */
  readonly unsigned: { readonly all: number; readonly reported: number };
}

/** How fast the number of messages falls from the contact with most to the one with fewest: rank ^ -0.75. */
const messageCountExponent = 0.75;

/** The plan of all data sets without a shape: 16 contacts in 100 are blocked, one report in eleven is a repeat. */
export function plainPlan(): TilePlan {
  return {
    windows: windowCount,
    messageCounts: fitCounts(
      (factor) =>
        Array.from({ length: contactsPerTile }, (_, rank) =>
          Math.round(factor * (rank + 1) ** -messageCountExponent),
        ),
      { total: messagesPerTile, most: windowCount, firstRaised: windowCount },
    ),
    profileCounts: undefined,
    contactsWithOptOuts: { 1: 90, 2: 30, 3: 40 },
    repeats: 28,
    unsigned: { all: 10, reported: 2 },
  };
}

/** What counts must add up to, the most that one may be, and from which on one more is added. */
interface Fit {
  readonly total: number;
  readonly most: number;
  readonly firstRaised: number;
}

/**
 * Counts of 1 or more that add up exactly: the largest of a family, which rises with its factor, whose
 * total is not too large, and one more for some of them.
 */
export function fitCounts(family: (factor: number) => readonly number[], fit: Fit): number[] {
  const countsFor = (factor: number): number[] =>
    family(factor).map((count) => Math.min(fit.most, Math.max(1, count)));
  const sum = (counts: readonly number[]): number =>
    counts.reduce((total, count) => total + count, 0);

  let [low, high] = [0, fit.total];
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (sum(countsFor(middle)) <= fit.total) low = middle;
    else high = middle;
  }
  const counts = countsFor(low);
  // Rounding leaves some over: one more each, after the few largest.
  for (let left = fit.total - sum(counts); left > 0; ) {
    const before = left;
    for (let rank = fit.firstRaised; rank < counts.length && left > 0; rank++) {
      if ((counts[rank] as number) >= fit.most) continue;
      counts[rank] = (counts[rank] as number) + 1;
      left--;
    }
    if (left === before) throw new RangeError(`${left} of ${fit.total} messages have no contact`);
  }
  return counts;
}
