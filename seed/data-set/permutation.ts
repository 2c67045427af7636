import { lowbias32 } from './counter-random.ts';

/** A one-to-one map of the whole numbers 0 … size - 1 onto themselves. */
export type Permutation = (value: number) => number;

/** The secrets of each round. */
interface PermutationRounds {
  readonly addends: Int32Array;
  readonly factors: Int32Array;
}

const roundCount = 3;

/** What a key makes of each round. */
export function permutationRounds(key: number): PermutationRounds {
  const rounds = Array.from({ length: roundCount }, (_, round) => key + 2 * round);
  return {
    addends: Int32Array.from(rounds, lowbias32),
    factors: Int32Array.from(rounds, (round) => lowbias32(round + 1) | 1),
  };
}

/**
 * A keyed permutation of 0 … size - 1 that looks random, in constant memory.
 *
 * Each round adds a key, folds the high bits onto the low ones and multiplies by an odd number: each
 * step can be undone modulo 2^k, so the whole is a permutation of 0 … 2^k - 1. Where that range is
 * larger than asked for, the map is applied again until the value falls inside ("cycle walking",
 * Black and Rogaway 2002), fewer than twice on average.
 */
export function keyedPermutation(size: number, key: number): Permutation {
  if (!Number.isInteger(size) || size < 1 || size > 2 ** 32) {
    throw new RangeError(`a permutation of ${size} values is not possible`);
  }
  const bits = Math.max(1, Math.ceil(Math.log2(size)));
  const mask = bits === 32 ? -1 : (1 << bits) - 1;
  const fold = Math.max(1, bits >>> 1);
  const { addends, factors } = permutationRounds(key);

  return (value) => {
    let x = value | 0;
    do {
      for (let round = 0; round < roundCount; round++) {
        x = (x + (addends[round] as number)) & mask;
        x ^= x >>> fold;
        x = Math.imul(x, factors[round] as number) & mask;
      }
      x ^= x >>> fold;
    } while (x >>> 0 >= size);
    return x >>> 0;
  };
}

/** The greatest common divisor of two positive whole numbers. */
export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
