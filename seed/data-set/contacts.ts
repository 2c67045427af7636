import { itemAt } from '../../db/item-at.ts';
import type { DataSet } from './data-set.ts';
import { contactsPerTile, type Standing } from './tile.ts';

/**
 * What is known of a contact without asking the database: for benchmarks and load generators that
 * draw blocked phones, unblocked ones, or ones that a single opt-out would block.
 */

/** How many profiles a contact has opted out of; 3 is blocked. */
export function standingOf(dataSet: DataSet, contact: number): Standing {
  if (contact >= dataSet.layout.tileCount * contactsPerTile) return 0;
  return itemAt(dataSet.layout.tile.standings, contact % contactsPerTile);
}

/** Whether messages to this contact are refused. */
export function isBlocked(dataSet: DataSet, contact: number): boolean {
  return standingOf(dataSet, contact) === 3;
}

/** How many contacts of a standing can be drawn. */
export function countContacts(dataSet: DataSet, standing: Standing): number {
  return dataSet.layout.tileCount * dataSet.layout.tile.contactsByStanding[standing].length;
}

/** The contact number `index` among those of a standing: distinct for distinct indexes. */
export function contactWithStanding(dataSet: DataSet, standing: Standing, index: number): number {
  const inTile = dataSet.layout.tile.contactsByStanding[standing];
  const tile = Math.floor(index / inTile.length);
  return tile * contactsPerTile + itemAt(inTile, index % inTile.length);
}
