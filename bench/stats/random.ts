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
