import { deriveKey, RandomSequence } from '../../seed/data-set/counter-random.ts';

/** Draws for a load: the same for one seed and purpose. */
export class Draws {
  readonly #sequence: RandomSequence;

  constructor(seed: number, purpose: string) {
    this.#sequence = new RandomSequence(deriveKey(seed, purpose));
  }

  /** From 0 (included) to 1 (excluded). */
  share(): number {
    return this.#sequence.bits() / 2 ** 32;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.share() < probability;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.share() * limit);
  }

  /** Exponentially distributed: the gaps of a Poisson process. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.share());
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.share())) * Math.cos(2 * Math.PI * this.share());
  }
}

/** A source of numbers in [0, 1). */
export type Random = () => number;

/** mulberry32: a small seeded generator; the same seed gives the same numbers everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A seed of its own for a named part of a run (FNV-1a over the name). */
export function seedFor(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}

/** The same items in random order (Fisher-Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    const held = result[index] as T;
    result[index] = result[other] as T;
    result[other] = held;
  }
  return result;
}
