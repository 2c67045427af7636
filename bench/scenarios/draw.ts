import { contactWithStanding, countContacts, standings } from '../../seed/data-set/contacts.ts';
import { type DataSet, phoneOf, profileId } from '../../seed/data-set/data-set.ts';
import type { Standing } from '../../seed/data-set/tile.ts';
import { type Random, seededRandom } from '../stats/random.ts';
import type { BenchDataSet } from './blocked-contacts.ts';

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

/** A data set has contacts of three opt-outs at most: a higher threshold blocks none of them. */
class NobodyBlocked extends Error {
  readonly code = 'NOBODY_BLOCKED';
  constructor(threshold: number) {
    super(`no contact of the data set is blocked: the threshold is ${threshold}`);
  }
}

/** The exchange 555 has 800 area codes of 10,000 numbers each. */
const ownNumbers = 800 * 10_000;

/** Draws for one pair; the same seed draws the same. */
export function createDraw(dataSet: BenchDataSet, seed: number): Draw {
  const random = seededRandom(seed);
  const { blockThreshold } = dataSet;
  const sendable = standings.filter((standing) => standing < blockThreshold);
  const refused = standings.filter((standing) => standing >= blockThreshold);
  const phoneOfOne = (from: readonly Standing[]): string | undefined => {
    const total = from.reduce<number>((sum, standing) => sum + countContacts(dataSet, standing), 0);
    let index = Math.floor(random() * total);
    for (const standing of from) {
      const contacts = countContacts(dataSet, standing);
      if (index < contacts) return phoneOf(dataSet, contactWithStanding(dataSet, standing, index));
      index -= contacts;
    }
    return undefined;
  };
  const unblockedPhone = (): string => {
    const phone = phoneOfOne(sendable);
    if (phone === undefined) throw new Error('the data set has no contact that may be written to');
    return phone;
  };
  const blockedPhone = (): string => {
    const phone = phoneOfOne(refused);
    if (phone === undefined) throw new NobodyBlocked(blockThreshold);
    return phone;
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
