import { itemAt } from '../../../db/item-at.ts';
import { contactWithStanding, countContacts, standings } from '../../../seed/data-set/contacts.ts';
import {
  createDataSet,
  type DataSetOptions,
  phoneOf,
  profileId,
  profileOf,
} from '../../../seed/data-set/data-set.ts';
import type { Standing } from '../../../seed/data-set/tile.ts';
import { slotsPerContact } from '../../../seed/data-set/tile-plan.ts';
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
export function dataSetPopulation(
  options: DataSetOptions,
  numbers: NumberKind,
  threshold: number,
): Population {
  const dataSet = createDataSet(options);
  const welcome = standings.filter((standing) => standing < threshold);
  const refused = standings.filter((standing) => standing >= threshold);
  const count = (from: readonly Standing[]): number =>
    from.reduce<number>((sum, standing) => sum + countContacts(dataSet, standing), 0);
  const contactAt = (from: readonly Standing[], index: number): number => {
    let rest = index;
    for (const standing of from) {
      const contacts = countContacts(dataSet, standing);
      if (rest < contacts) return contactWithStanding(dataSet, standing, rest);
      rest -= contacts;
    }
    throw new Error(`there is no contact ${index} among ${count(from)}`);
  };
  const [welcomed, blocked] = [count(welcome), count(refused)];
  const drawIndex = (draws: Draws, count: number): number =>
    numbers === 'uniform' ? draws.below(count) : Math.floor(count * draws.share() ** skew);
  const addressee = (contact: number, draws: Draws): Addressee => ({
    phone: phoneOf(dataSet, contact),
    profileId: profileId(dataSet, profileOf(dataSet, contact, draws.below(slotsPerContact))),
  });
  return {
    bodies: dataSet.bodies.map((body) => Buffer.from(body)),
    drawWelcome(draws) {
      if (welcomed + blocked === 0) return addressee(draws.below(dataSet.contactCount), draws);
      if (welcomed === 0) throw new Error('the data set has no contact that may be written to');
      return addressee(contactAt(welcome, drawIndex(draws, welcomed)), draws);
    },
    drawBlocked: (draws) =>
      blocked === 0 ? undefined : addressee(contactAt(refused, drawIndex(draws, blocked)), draws),
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
