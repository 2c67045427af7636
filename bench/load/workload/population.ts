import { itemAt } from '../../../db/item-at.ts';
import { contactWithStanding, countContacts } from '../../../seed/data-set/contacts.ts';
import {
  createDataSet,
  type DataSetOptions,
  phoneOf,
  profileId,
  profileOf,
} from '../../../seed/data-set/data-set.ts';
import { slotsPerContact } from '../../../seed/data-set/tile.ts';
import type { Draws } from '../../stats/random.ts';
import type { FreshNumbers } from './fresh-numbers.ts';
import type { NumberKind } from './number-kinds.ts';

/** To whom a message goes, and from whom. */
export interface Addressee {
  readonly phone: string;
  readonly profileId: string;
}

/** Those who can be written to and do not change their standing during the run. */
export interface Population {
  /** A contact that is not blocked. */
  drawWelcome(draws: Draws): Addressee;
  /** A contact that was blocked before the run; undefined where there is none. */
  drawBlocked(draws: Draws): Addressee | undefined;
  readonly bodies: readonly Buffer[];
}

/** How steep `skewed` is: one per cent of the contacts get a third of the messages. */
const skew = 4;

/** The contacts of the data set. */
export function dataSetPopulation(options: DataSetOptions, numbers: NumberKind): Population {
  const dataSet = createDataSet(options);
  const none = countContacts(dataSet, 0);
  const one = countContacts(dataSet, 1);
  const two = countContacts(dataSet, 2);
  const blocked = countContacts(dataSet, 3);
  const drawIndex = (draws: Draws, count: number): number =>
    numbers === 'uniform' ? draws.below(count) : Math.floor(count * draws.share() ** skew);
  const addressee = (contact: number, draws: Draws): Addressee => ({
    phone: phoneOf(dataSet, contact),
    profileId: profileId(dataSet, profileOf(dataSet, contact, draws.below(slotsPerContact))),
  });
  return {
    bodies: dataSet.bodies.map((body) => Buffer.from(body)),
    drawWelcome(draws) {
      if (none + one + two === 0) return addressee(draws.below(dataSet.contactCount), draws);
      const index = drawIndex(draws, none + one + two);
      const contact =
        index < none
          ? contactWithStanding(dataSet, 0, index)
          : index < none + one
            ? contactWithStanding(dataSet, 1, index - none)
            : contactWithStanding(dataSet, 2, index - none - one);
      return addressee(contact, draws);
    },
    drawBlocked: (draws) =>
      blocked === 0
        ? undefined
        : addressee(contactWithStanding(dataSet, 3, drawIndex(draws, blocked)), draws),
  };
}

/** What messages say where there is no data set. */
export const plainBody = 'Doors open at 7 pm. Reply STOP to end.';

/** Where the database has no data set: numbers of exchange 555 that nobody opts out of. */
export function emptyPopulation(
  numbers: FreshNumbers,
  profileIds: readonly string[],
  kind: NumberKind,
): Population {
  return {
    bodies: [Buffer.from(plainBody)],
    drawWelcome: (draws) => ({
      phone: numbers.phone(
        kind === 'uniform'
          ? draws.below(numbers.count)
          : Math.floor(numbers.count * draws.share() ** skew),
      ),
      profileId: itemAt(profileIds, draws.below(profileIds.length)),
    }),
    drawBlocked: () => undefined,
  };
}
