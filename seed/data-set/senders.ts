import { itemAt } from '../../db/item-at.ts';
import { deriveKey, lowbias32 } from './counter-random.ts';
import { keyedPermutation } from './permutation.ts';
import { slotsPerContact } from './tile.ts';

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
 */
export function createSenders(profileCount: number, seed: number): Senders {
  const key = deriveKey(seed, 'senders');
  const profileOfRank = keyedPermutation(profileCount, deriveKey(seed, 'profile ranks'));
  const quantiles = new Uint16Array(slotsPerContact * quantileCount);
  for (let senderClass = 0; senderClass < slotsPerContact; senderClass++) {
    const members = Math.ceil((profileCount - senderClass) / slotsPerContact);
    for (const [index, member] of zipfQuantiles(members).entries()) {
      const rank = member * slotsPerContact + senderClass;
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

/** For `quantileCount` equal steps of probability, which of `members` ranks is drawn. */
function zipfQuantiles(members: number): number[] {
  const weights = Array.from({ length: members }, (_, rank) => (rank + 1) ** -zipfExponent);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rank = 0;
  let reached = itemAt(weights, 0) / total;
  return Array.from({ length: quantileCount }, (_, index) => {
    while ((index + 0.5) / quantileCount > reached && rank < members - 1) {
      rank++;
      reached += itemAt(weights, rank) / total;
    }
    return rank;
  });
}
