import { type DataSet, profileId, profileOf } from './data-set.ts';
import { groupOf, messageNumber } from './layout.ts';
import { contactsPerTile, type Standing, slotsPerContact } from './template.ts';

/**
 * What is known of a contact without asking the database: for benchmarks and load generators that
 * draw blocked phones, unblocked ones, or ones that a single opt-out would block.
 */

/** How many profiles a contact has opted out of; 3 is blocked. */
export function standingOf(dataSet: DataSet, contact: number): Standing {
  if (contact >= dataSet.layout.tileCount * contactsPerTile) return 0;
  return dataSet.layout.tile.standings[contact % contactsPerTile] ?? 0;
}

/** Whether messages to this contact are refused. */
export function isBlocked(dataSet: DataSet, contact: number): boolean {
  return standingOf(dataSet, contact) === 3;
}

/** How many contacts of a standing can be drawn. */
export function countContacts(dataSet: DataSet, standing: Standing): number {
  return dataSet.layout.tileCount * dataSet.layout.tile.contactsByStanding[standing].length;
}

/**
 * Draws a contact of a standing, each as likely as any other.
 *
 * @param random gives numbers from 0 (included) to 1 (excluded), as Math.random does
 */
export function drawContact(dataSet: DataSet, standing: Standing, random: () => number): number {
  const count = countContacts(dataSet, standing);
  if (count === 0)
    throw new RangeError('a data set of fewer than 1,000 messages has no such contact');
  return contactWithStanding(dataSet, standing, Math.floor(random() * count));
}

/** The contact number `index` among those of a standing: distinct for distinct indexes. */
export function contactWithStanding(dataSet: DataSet, standing: Standing, index: number): number {
  const inTile = dataSet.layout.tile.contactsByStanding[standing];
  const tile = Math.floor(index / inTile.length);
  return tile * contactsPerTile + (inTile[index % inTile.length] ?? 0);
}

/** The profiles that a contact has opted out of, first to last. */
export function optedOutProfileIds(dataSet: DataSet, contact: number): readonly string[] {
  return Array.from({ length: standingOf(dataSet, contact) }, (_, slot) =>
    profileId(dataSet, profileOf(dataSet, contact, slot)),
  );
}

/** A profile that writes to the contact, or could, and that it has not opted out of. */
export function welcomeProfileId(dataSet: DataSet, contact: number): string {
  return profileId(dataSet, profileOf(dataSet, contact, slotsPerContact - 1));
}

/** The numbers of a contact's messages, in time order. */
export function messagesOf(dataSet: DataSet, contact: number): readonly number[] {
  const { layout } = dataSet;
  const tile = Math.floor(contact / contactsPerTile);
  if (tile >= layout.tileCount) {
    return [dataSet.tiledMessages + contact - layout.tileCount * contactsPerTile];
  }
  return (layout.tile.cellsOfContact[contact % contactsPerTile] ?? []).map((cell) =>
    messageNumber(layout, cell, groupOf(layout, cell, tile)),
  );
}
