import { itemAt } from '../../db/item-at.ts';
import { deriveKey, lowbias32 } from './counter-random.ts';
import { keyedPermutation } from './permutation.ts';
import { slotsPerContact } from './tile-plan.ts';

/** Who writes to whom: a few profiles to very many contacts. */
export interface Senders {
  readonly key: number;
  /** For each class, the profile at each of `quantileCount` equal steps of probability. */
  readonly quantiles: Uint16Array;
  /** The profile of `contact * slotsPerContact + slot`. A contact's profiles are all different. */
  readonly profileAt: (contactSlot: number) => number;
}

/** How fast senders fall off: the k-th of a class sends in proportion to k ^ -1.2. */
const zipfExponent = 1.2;

/** Resolution of the distribution; a power of two, so that drawing is a mask. */
const quantileCount = 4_096;

/**
 * Profiles are ranked by size, and dealt into as many classes as a contact has slots. Each slot of a
 * contact draws from another class, so its profiles differ without looking at each other. With 1,000
 * profiles the 40 largest send about 60 % of the messages.
 *
 * @param weightOf how much the profile of a rank, as a share of all ranks, sends; undefined for a class's own Zipf law
 */
export function createSenders(
  profileCount: number,
  seed: number,
  weightOf?: (rankShare: number) => number,
): Senders {
  const key = deriveKey(seed, 'senders');
  const profileOfRank = keyedPermutation(profileCount, deriveKey(seed, 'profile ranks'));
  const quantiles = new Uint16Array(slotsPerContact * quantileCount);
  const classes =
    weightOf === undefined
      ? dealtClasses(profileCount)
      : balancedClasses(
          Array.from({ length: profileCount }, (_, rank) => weightOf((rank + 0.5) / profileCount)),
        );
  for (const [senderClass, members] of classes.entries()) {
    for (const [index, member] of quantilesOf(members.map(({ weight }) => weight)).entries()) {
      const { rank } = itemAt(members, member);
      quantiles[senderClass * quantileCount + index] = profileOfRank(rank);
    }
  }
  return {
    key,
    quantiles,
    profileAt: (contactSlot) => {
      const contact = Math.floor(contactSlot / slotsPerContact);
      const senderClass = (contactSlot + lowbias32(contact ^ key)) & (slotsPerContact - 1);
      const quantile = lowbias32(contactSlot + key) & (quantileCount - 1);
      return quantiles[senderClass * quantileCount + quantile] as number;
    },
  };
}

/** A profile in its class. */
interface Member {
  readonly rank: number;
  readonly weight: number;
}

/** One rank after another to each class in turn, each class with the same Zipf law. */
function dealtClasses(profileCount: number): readonly (readonly Member[])[] {
  return Array.from({ length: slotsPerContact }, (_, senderClass) =>
    Array.from(
      { length: Math.ceil((profileCount - senderClass) / slotsPerContact) },
      (__, member) => ({
        rank: member * slotsPerContact + senderClass,
        weight: (member + 1) ** -zipfExponent,
      }),
    ),
  );
}

/** Each rank to the class that weighs least so far: classes are drawn alike, and so each profile by its weight. */
function balancedClasses(weights: readonly number[]): readonly (readonly Member[])[] {
  const classes = Array.from({ length: slotsPerContact }, () => ({
    weight: 0,
    members: [] as Member[],
  }));
  for (const [rank, weight] of weights.entries()) {
    const lightest = classes.reduce((least, one) => (one.weight < least.weight ? one : least));
    lightest.members.push({ rank, weight });
    lightest.weight += weight;
  }
  return classes.map(({ members }) => members);
}

/** For `quantileCount` equal steps of probability, which of the weights is drawn. */
function quantilesOf(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rank = 0;
  let reached = itemAt(weights, 0) / total;
  return Array.from({ length: quantileCount }, (_, index) => {
    while ((index + 0.5) / quantileCount > reached && rank < weights.length - 1) {
      rank++;
      reached += itemAt(weights, rank) / total;
    }
    return rank;
  });
}
