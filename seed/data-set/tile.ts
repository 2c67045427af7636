import { itemAt } from '../../db/item-at.ts';
import { RandomSequence } from './counter-random.ts';

/**
 * The *tile*: what happens to 250 contacts in their 1,000 messages. The whole data set is this tile
 * laid side by side, with other phones, profiles and bodies, so that every proportion is exact and
 * any row can be found by arithmetic.
 *
 * A tile's messages fill a grid: `windowCount` windows of time, `columnCount` messages in each. A
 * contact has at most one message in a window, so the order of a contact's messages is the order of
 * their windows, however the messages inside a window are shuffled.
 */
export const windowCount = 50;
/** Messages of a tile in one window. */
export const columnCount = 20;
/** Messages of a tile. */
export const messagesPerTile = windowCount * columnCount;
/** Contacts of a tile. */
export const contactsPerTile = 250;
/** Each contact is written to by up to this many profiles. */
export const slotsPerContact = 4;
/** The slot of a message that no profile sent. */
export const noProfile = slotsPerContact;

/** What the carrier said of a message. */
export const reportOutcomes = {
  /** Nothing, or (as a share that is chosen for each data set) an ordinary report. */
  none: 0,
  /** 21610, the first from this profile: an opt-out. */
  optOut: 1,
  /** 21610 from a profile that the contact had opted out of before. */
  repeat: 2,
  /** 21610 for a message without a profile: counts for nobody. */
  unsigned: 3,
} as const;

/** How many profiles a contact has opted out of in the end; three of them block it. */
export type Standing = 0 | 1 | 2 | 3;

/** The tile's messages, one array element a cell (window * columnCount + column). */
export interface Tile {
  readonly contact: Uint8Array;
  /** Which of its contact's profiles sends it: 0 … 3, or `noProfile`. */
  readonly slot: Uint8Array;
  readonly outcome: Uint8Array;
  /** For an opt-out: the contact's first, second or third; else 0. */
  readonly ordinal: Uint8Array;
  /** Cells without a 21610, in the order in which they are given ordinary reports. */
  readonly quietCells: readonly number[];
  /** The standing of each contact. */
  readonly standings: readonly Standing[];
  /** The contacts of each standing. */
  readonly contactsByStanding: Readonly<Record<Standing, readonly number[]>>;
  /** Each contact's cells, in time order. */
  readonly cellsOfContact: readonly (readonly number[])[];
}

/** How many contacts of a tile end with 1, 2 and 3 opt-outs; the others have none. */
const contactsWithOptOuts = { 1: 90, 2: 30, 3: 40 } as const;
/** 21610 reports of a tile from profiles opted out of before: one report in eleven. */
const repeatsPerTile = 28;
/** Messages of a tile that no profile sent, and how many of them got a 21610. */
const unsignedMessages = { all: 10, reported: 2 } as const;

/** How fast the number of messages falls from the contact with most to the one with fewest: rank ^ -0.75. */
const messageCountExponent = 0.75;

interface DraftMessage {
  slot: number;
  outcome: number;
  ordinal: number;
}

/** Builds the tile. It depends on nothing: all data sets share it. */
export function buildTile(): Tile {
  const random = new RandomSequence(0x0b10c);
  const messageCounts = drawMessageCounts();
  const standings = drawStandings(messageCounts, random);
  const histories = messageCounts.map((count, contact) =>
    draftHistory(count, itemAt(standings, contact), random),
  );
  addRepeats(histories, random);
  addUnsigned(histories, random);
  return layOut(histories, standings, random);
}

/** Messages of each contact, falling: a heavy tail from `windowCount` down to 1 that adds up exactly. */
function drawMessageCounts(): number[] {
  const countsFor = (factor: number): number[] =>
    Array.from({ length: contactsPerTile }, (_, rank) =>
      Math.min(windowCount, Math.max(1, Math.round(factor * (rank + 1) ** -messageCountExponent))),
    );
  const total = (counts: readonly number[]): number =>
    counts.reduce((sum, count) => sum + count, 0);

  let [low, high] = [0, messagesPerTile];
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (total(countsFor(middle)) <= messagesPerTile) low = middle;
    else high = middle;
  }
  const counts = countsFor(low);
  // Rounding leaves some messages over: one more each for the contacts after the few busiest.
  for (let rank = windowCount, left = messagesPerTile - total(counts); left > 0; rank++, left--) {
    counts[rank] = itemAt(counts, rank) + 1;
  }
  return counts;
}

/** Chooses who opts out how often, among the contacts with enough messages for it. */
function drawStandings(messageCounts: readonly number[], random: RandomSequence): Standing[] {
  const standings: Standing[] = messageCounts.map(() => 0);
  for (const standing of [3, 2, 1] as const) {
    const candidates = [...standings.keys()].filter(
      (contact) => standings[contact] === 0 && itemAt(messageCounts, contact) >= standing,
    );
    for (const contact of random.shuffled(candidates).slice(0, contactsWithOptOuts[standing])) {
      standings[contact] = standing;
    }
  }
  return standings;
}

/** A contact's messages in time order. A blocked contact's last message is the one that blocked it. */
function draftHistory(count: number, standing: Standing, random: RandomSequence): DraftMessage[] {
  const positions = random.shuffled([...Array(standing === 3 ? count - 1 : count).keys()]);
  const optOutAt = positions.slice(0, standing === 3 ? 2 : standing);
  if (standing === 3) optOutAt.push(count - 1);
  optOutAt.sort((a, b) => a - b);

  let optOuts = 0;
  return Array.from({ length: count }, (_, position) => {
    if (position === optOutAt[optOuts]) {
      optOuts++;
      return { slot: optOuts - 1, outcome: reportOutcomes.optOut, ordinal: optOuts };
    }
    // A profile that the contact has not opted out of (yet).
    const slot = optOuts + random.below(slotsPerContact - optOuts);
    return { slot, outcome: reportOutcomes.none, ordinal: 0 };
  });
}

/** Turns some messages after an opt-out into ones from the profile that was told to stop. */
function addRepeats(histories: readonly DraftMessage[][], random: RandomSequence): void {
  const candidates = histories.flatMap((history) => {
    let optOuts = 0;
    return history.flatMap((message) => {
      optOuts = Math.max(optOuts, message.ordinal);
      return message.outcome === reportOutcomes.none && optOuts > 0 ? [{ message, optOuts }] : [];
    });
  });
  for (const { message, optOuts } of random.shuffled(candidates).slice(0, repeatsPerTile)) {
    message.slot = random.below(optOuts);
    message.outcome = reportOutcomes.repeat;
  }
}

function addUnsigned(histories: readonly DraftMessage[][], random: RandomSequence): void {
  const candidates = histories.flat().filter((message) => message.outcome === reportOutcomes.none);
  const chosen = random.shuffled(candidates).slice(0, unsignedMessages.all);
  for (const [index, message] of chosen.entries()) {
    message.slot = noProfile;
    if (index < unsignedMessages.reported) message.outcome = reportOutcomes.unsigned;
  }
}

/**
 * Gives every message a cell. Contacts with most messages first, each takes the windows with most
 * room left: this always fills the grid (Gale and Ryser), because nobody has more messages than
 * there are windows.
 */
function layOut(
  histories: readonly DraftMessage[][],
  standings: readonly Standing[],
  random: RandomSequence,
): Tile {
  const windows: { contact: number; message: DraftMessage }[][] = Array.from(
    { length: windowCount },
    () => [],
  );
  for (const [contact, history] of histories.entries()) {
    const chosen = random
      .shuffled([...windows.keys()])
      .sort((a, b) => itemAt(windows, a).length - itemAt(windows, b).length)
      .slice(0, history.length)
      .sort((a, b) => a - b);
    for (const [position, message] of history.entries()) {
      itemAt(windows, itemAt(chosen, position)).push({ contact, message });
    }
  }

  const cells = windows.flatMap((window) => random.shuffled(window));
  const cellNumbers = [...cells.keys()];
  const contactsOf = (standing: Standing): readonly number[] =>
    [...standings.keys()].filter((contact) => standings[contact] === standing);
  return {
    contact: Uint8Array.from(cells, (cell) => cell.contact),
    slot: Uint8Array.from(cells, (cell) => cell.message.slot),
    outcome: Uint8Array.from(cells, (cell) => cell.message.outcome),
    ordinal: Uint8Array.from(cells, (cell) => cell.message.ordinal),
    quietCells: random.shuffled(
      cellNumbers.filter((cell) => cells[cell]?.message.outcome === reportOutcomes.none),
    ),
    standings,
    contactsByStanding: { 0: contactsOf(0), 1: contactsOf(1), 2: contactsOf(2), 3: contactsOf(3) },
    cellsOfContact: standings.map((_, contact) =>
      cellNumbers.filter((cell) => cells[cell]?.contact === contact),
    ),
  };
}
