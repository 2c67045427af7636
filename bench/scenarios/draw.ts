import { contactWithStanding, countContacts } from '../../seed/data-set/contacts.ts';
import { type DataSet, phoneOf, profileId } from '../../seed/data-set/data-set.ts';
import { type Random, seededRandom } from '../stats/random.ts';

/** Numbers and profiles for one pair of blocks: both arms get the same ones in the same order. */
export interface Draw {
  readonly random: Random;
  /** Numbers that may be sent to, each contact of the data set as likely as any other. */
  unblocked(count: number): string[];
  /** Numbers that are refused. */
  blocked(count: number): string[];
  /** Profiles of the data set. */
  profiles(count: number): string[];
  /** Different numbers of exchange 555, which nobody else has. */
  own(count: number): string[];
}

/** Ids of profiles that were drawn before: there are few, and making one takes as long as drawing four numbers. */
const profileIds = new WeakMap<DataSet, string[]>();

/** The exchange 555 has 800 area codes of 10,000 numbers each. */
const ownNumbers = 800 * 10_000;

/** Draws for one pair; the same seed draws the same. */
export function createDraw(dataSet: DataSet, seed: number): Draw {
  const random = seededRandom(seed);
  const sendable = ([0, 1, 2] as const).map((standing) => ({
    standing,
    contacts: countContacts(dataSet, standing),
  }));
  const total = sendable.reduce((sum, { contacts }) => sum + contacts, 0);
  const unblockedPhone = (): string => {
    let index = Math.floor(random() * total);
    for (const { standing, contacts } of sendable) {
      if (index < contacts) return phoneOf(dataSet, contactWithStanding(dataSet, standing, index));
      index -= contacts;
    }
    throw new Error('the data set has no contact that may be written to');
  };
  const blockedPhone = (): string => {
    const index = Math.floor(random() * countContacts(dataSet, 3));
    return phoneOf(dataSet, contactWithStanding(dataSet, 3, index));
  };
  const known = profileIdsOf(dataSet);
  const profile = (): string => {
    const index = Math.floor(random() * dataSet.rowCounts.profiles);
    const id = known[index] ?? profileId(dataSet, index);
    known[index] = id;
    return id;
  };
  const many = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one);
  return {
    random,
    unblocked: (count) => many(count, unblockedPhone),
    blocked: (count) => many(count, blockedPhone),
    profiles: (count) => many(count, profile),
    own: (count) => {
      const first = Math.floor(random() * ownNumbers);
      return Array.from({ length: count }, (_, index) => ownPhone((first + index) % ownNumbers));
    },
  };
}

function profileIdsOf(dataSet: DataSet): string[] {
  const ids = profileIds.get(dataSet) ?? [];
  profileIds.set(dataSet, ids);
  return ids;
}

function ownPhone(index: number): string {
  const areaCode = 200 + Math.floor(index / 10_000);
  return `+1${areaCode}555${String(index % 10_000).padStart(4, '0')}`;
}
