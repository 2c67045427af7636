import { itemAt } from '../../db/item-at.ts';
import { RandomSequence } from './counter-random.ts';
import { columnCount, plainPlan, slotsPerContact, type TilePlan } from './tile-plan.ts';

/**
 * The *tile*: what happens to some contacts in their messages, by its plan. The whole data set is this
 * tile laid side by side, with other phones, profiles and bodies, so that every proportion is exact and
 * any row can be found by arithmetic.
 *
 * A tile's messages fill a grid: windows of time, `columnCount` messages in each. A contact has at most
 * one message in a window, so the order of a contact's messages is the order of their windows, however
 * the messages inside a window are shuffled.
 */

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
  /** Windows of time, messages and contacts that it has. */
  readonly windows: number;
  readonly messages: number;
  readonly contacts: number;
  readonly contact: Uint16Array;
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

interface DraftMessage {
  slot: number;
  outcome: number;
  ordinal: number;
}

/** Builds a tile. It depends on its plan alone: all data sets without a shape share one. */
export function buildTile(plan: TilePlan = plainPlan()): Tile {
  const random = new RandomSequence(0x0b10c);
  const standings = drawStandings(plan, random);
  const histories = plan.messageCounts.map((count, contact) =>
    draftHistory(
      count,
      itemAt(standings, contact),
      plan.profileCounts === undefined ? undefined : itemAt(plan.profileCounts, contact),
      random,
    ),
  );
  addRepeats(histories, plan.repeats, random);
  addUnsigned(histories, plan.unsigned, random);
  return layOut(histories, standings, plan.windows, random);
}

/** Chooses who opts out how often, among the contacts with enough messages for it. */
function drawStandings(
  { messageCounts, profileCounts, contactsWithOptOuts }: TilePlan,
  random: RandomSequence,
): Standing[] {
  const standings: Standing[] = messageCounts.map(() => 0);
  const hearsFrom = (contact: number): number => profileCounts?.[contact] ?? slotsPerContact;
  for (const standing of [3, 2, 1] as const) {
    const candidates = [...standings.keys()].filter(
      (contact) => standings[contact] === 0 && itemAt(messageCounts, contact) >= standing,
    );
    // first those who hear from enough profiles; others hear from more than they were to
    const [ready, others] = [true, false].map((isReady) =>
      random.shuffled(candidates.filter((one) => hearsFrom(one) >= standing === isReady)),
    );
    const inOrder = [...(ready ?? []), ...(others ?? [])];
    for (const contact of inOrder.slice(0, contactsWithOptOuts[standing])) {
      standings[contact] = standing;
    }
  }
  return standings;
}

/**
 * A contact's messages in time order. A blocked contact's last message is the one that blocked it, and so
 * it is with one who has opted out of all profiles that write to it.
 *
 * @param profiles how many write to it, as far as its messages go round; undefined for any of all slots
 */
function draftHistory(
  count: number,
  standing: Standing,
  profiles: number | undefined,
  random: RandomSequence,
): DraftMessage[] {
  const slots = Math.max(profiles ?? slotsPerContact, standing);
  const endsWithOptOut = standing === 3 || standing === slots;
  const positions = random.shuffled([...Array(endsWithOptOut ? count - 1 : count).keys()]);
  const optOutAt = positions.slice(0, endsWithOptOut ? standing - 1 : standing);
  if (endsWithOptOut) optOutAt.push(count - 1);
  optOutAt.sort((a, b) => a - b);

  let optOuts = 0;
  const unheard = profiles === undefined ? [] : [...Array(slots).keys()].slice(standing);
  return Array.from({ length: count }, (_, position) => {
    if (position === optOutAt[optOuts]) {
      optOuts++;
      return { slot: optOuts - 1, outcome: reportOutcomes.optOut, ordinal: optOuts };
    }
    // A profile that the contact has not opted out of (yet).
    const slot = unheard.pop() ?? optOuts + random.below(slots - optOuts);
    return { slot, outcome: reportOutcomes.none, ordinal: 0 };
  });
}

/** Turns some messages after an opt-out into ones from the profile that was told to stop. */
function addRepeats(
  histories: readonly DraftMessage[][],
  repeats: number,
  random: RandomSequence,
): void {
  const candidates = histories.flatMap((history) => {
    let optOuts = 0;
    return history.flatMap((message) => {
      optOuts = Math.max(optOuts, message.ordinal);
      return message.outcome === reportOutcomes.none && optOuts > 0 ? [{ message, optOuts }] : [];
    });
  });
  for (const { message, optOuts } of random.shuffled(candidates).slice(0, repeats)) {
    message.slot = random.below(optOuts);
    message.outcome = reportOutcomes.repeat;
  }
}

function addUnsigned(
  histories: readonly DraftMessage[][],
  unsigned: TilePlan['unsigned'],
  random: RandomSequence,
): void {
  const candidates = histories.flat().filter((message) => message.outcome === reportOutcomes.none);
  const chosen = random.shuffled(candidates).slice(0, unsigned.all);
  for (const [index, message] of chosen.entries()) {
    message.slot = noProfile;
    if (index < unsigned.reported) message.outcome = reportOutcomes.unsigned;
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
  windowCount: number,
  random: RandomSequence,
): Tile {
  const windows: { contact: number; message: DraftMessage }[][] = Array.from(
    { length: windowCount },
    () => [],
  );
  for (const [contact, history] of histories.entries()) {
    const chosen = byRoom(windows, random.shuffled([...windows.keys()]))
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
  const cellsOfContact: number[][] = standings.map(() => []);
  for (const [cell, { contact }] of cells.entries()) itemAt(cellsOfContact, contact).push(cell);
  return {
    windows: windowCount,
    messages: cells.length,
    contacts: standings.length,
    contact: Uint16Array.from(cells, (cell) => cell.contact),
    slot: Uint8Array.from(cells, (cell) => cell.message.slot),
    outcome: Uint8Array.from(cells, (cell) => cell.message.outcome),
    ordinal: Uint8Array.from(cells, (cell) => cell.message.ordinal),
    quietCells: random.shuffled(
      cellNumbers.filter((cell) => cells[cell]?.message.outcome === reportOutcomes.none),
    ),
    standings,
    contactsByStanding: { 0: contactsOf(0), 1: contactsOf(1), 2: contactsOf(2), 3: contactsOf(3) },
    cellsOfContact,
  };
}

/** The windows with most room left first, those with as much in the order given. */
function byRoom(windows: readonly unknown[][], order: readonly number[]): readonly number[] {
  const byFilling: number[][] = Array.from({ length: columnCount + 1 }, () => []);
  for (const window of order) itemAt(byFilling, itemAt(windows, window).length).push(window);
  return byFilling.flat();
}
