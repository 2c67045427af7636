import { itemAt } from '../../db/item-at.ts';
import type { DataSet } from './data-set.ts';
import type { Standing } from './tile.ts';

/**
 * What is known of a contact without asking the database: for benchmarks and load generators that
 * draw blocked phones, unblocked ones, or ones that a single opt-out would block.
 */

/** From how many opt-outs a contact of the data set has: none has more than three. */
export const standings: readonly Standing[] = [0, 1, 2, 3];

/** No contact of the data set is blocked where it takes more profiles than this. */
export const mostOptOuts = Math.max(...standings);

/** How many contacts of a standing can be drawn. */
export function countContacts(dataSet: DataSet, standing: Standing): number {
  return dataSet.layout.tileCount * dataSet.layout.tile.contactsByStanding[standing].length;
}

/** The contact number `index` among those of a standing: distinct for distinct indexes. */
export function contactWithStanding(dataSet: DataSet, standing: Standing, index: number): number {
  const { contacts, contactsByStanding } = dataSet.layout.tile;
  const inTile = contactsByStanding[standing];
  const tile = Math.floor(index / inTile.length);
  return tile * contacts + itemAt(inTile, index % inTile.length);
}
