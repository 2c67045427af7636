import { deriveKey, RandomSequence, shuffle } from '../../seed/data-set/counter-random.ts';

/** Random numbers for one purpose: the same for one seed and purpose. */
export class Draws extends RandomSequence {
  constructor(seed: number, purpose = '') {
    super(deriveKey(seed, purpose));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.share() < probability;
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

/** Numbers that are the same for one seed. */
export function seededRandom(seed: number): Random {
  const draws = new Draws(seed);
  return () => draws.share();
}

/** A seed of its own for a named part of a run. */
export function seedFor(seed: number, name: string): number {
  return deriveKey(seed, name) >>> 0;
}

/** The same items in random order. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  return shuffle(items, (limit) => Math.floor(random() * limit));
}
