import { columnCount, fitCounts, slotsPerContact, type TilePlan } from './tile-plan.ts';

/** Quantiles: shares, rising, and the values at or below which such a share lies. */
export type Quantiles = readonly (readonly [at: number, value: number])[];

/**
 * What a data set can follow of a described one (seed/shape/follow.ts makes it). Shares are of the messages
 * unless it is said otherwise.
 */
export interface DataSetShape {
  /** Messages of one contact. The mean holds exactly, the quantiles as far as it lets them. */
  readonly messagesPerContact: { readonly mean: number; readonly quantiles: Quantiles };
  /** Shares of the contacts that hear from 1, 2, 3 and 4 profiles. */
  readonly profilesPerContact: readonly number[];
  /** Shares of the contacts with 1, 2 and 3 opt-outs. */
  readonly optOuts: { readonly 1: number; readonly 2: number; readonly 3: number };
  /** 21610 reports from a profile that the contact had opted out of before. */
  readonly repeats: number;
  /** Messages that no profile sent, and those of them with a 21610. */
  readonly unsigned: { readonly all: number; readonly reported: number };
  /** Messages with an ordinary report. */
  readonly delivered: number;
  readonly filtered: number;
  /** How many profiles, and the messages of one, by any measure. */
  readonly profiles: { readonly count: number; readonly quantiles: Quantiles };
  /** The report follows its message by this much. */
  readonly reportDelayMs: number;
  /** Shares of each hour of the day (UTC); undefined where they are all alike. */
  readonly hours?: readonly number[];
  /** Lengths of texts; undefined for the lab's own texts. */
  readonly bodyBytes?: Quantiles;
}

/** Windows of time in a shaped tile, and so the most messages that one contact can have. */
export const shapedWindows = 500;

/** Messages in a shaped tile, and so the least that a shaped data set has. */
export const shapedTileMessages = shapedWindows * columnCount;

/** The plan of a tile with that shape. */
export function shapedPlan(shape: DataSetShape): TilePlan {
  const { messagesPerContact, optOuts, repeats, unsigned } = shape;
  const contacts = Math.max(
    columnCount, // fewer could not fill a window
    Math.min(shapedTileMessages, Math.round(shapedTileMessages / messagesPerContact.mean)),
  );
  const inTile = (share: number): number => Math.round(share * shapedTileMessages);
  const ofContacts = (share: number): number => Math.round(share * contacts);
  return {
    windows: shapedWindows,
    messageCounts: messageCounts(messagesPerContact.quantiles, contacts),
    profileCounts: profileCounts(shape.profilesPerContact, contacts),
    contactsWithOptOuts: {
      1: ofContacts(optOuts[1]),
      2: ofContacts(optOuts[2]),
      3: ofContacts(optOuts[3]),
    },
    repeats: inTile(repeats),
    unsigned: { all: inTile(unsigned.all), reported: inTile(unsigned.reported) },
  };
}

/** Counts that follow the quantiles, falling, their part above 1 stretched so that they add up. */
function messageCounts(quantiles: Quantiles, contacts: number): number[] {
  const wanted = Array.from({ length: contacts }, (_, rank) =>
    quantileAt(quantiles, 1 - (rank + 0.5) / contacts),
  );
  return fitCounts((factor) => wanted.map((count) => Math.round(1 + factor * (count - 1))), {
    total: shapedTileMessages,
    most: shapedWindows,
    firstRaised: 0,
  });
}

/** How many profiles write to each contact: more to those with more messages, who come first. */
function profileCounts(shares: readonly number[], contacts: number): number[] {
  return Array.from({ length: contacts }, (_, rank) => {
    let reached = 0;
    for (let profiles = slotsPerContact; profiles > 1; profiles--) {
      reached += shares[profiles - 1] ?? 0;
      if ((rank + 0.5) / contacts < reached) return profiles;
    }
    return 1;
  });
}

/** The value at a share: on the straight line between its neighbours. */
export function quantileAt(quantiles: Quantiles, share: number): number {
  const above = quantiles.findIndex(([at]) => at >= share);
  const [toAt, to] = quantiles.at(above) ?? noQuantile();
  if (above <= 0) return to; // before the first, or after the last
  const [fromAt, from] = quantiles[above - 1] ?? noQuantile();
  return from + ((share - fromAt) / (toAt - fromAt)) * (to - from);
}

function noQuantile(): never {
  throw new RangeError('a distribution without quantiles');
}
