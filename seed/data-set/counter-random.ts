/**
 * Spreads a 32-bit integer over all 32-bit integers, one to one: "lowbias32" of Chris Wellons'
 * hash-prospector (public domain). Returns it as a signed 32-bit integer.
 */
export function lowbias32(value: number): number {
  let x = value | 0;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return x;
}

/** A 32-bit key for one purpose, so that two purposes of one seed share nothing. */
export function deriveKey(seed: number, purpose: string): number {
  let key = lowbias32(seed ^ lowbias32(Math.floor(seed / 2 ** 32) + 0x51ed270b));
  for (let index = 0; index < purpose.length; index++) {
    key = lowbias32(key ^ Math.imul(purpose.charCodeAt(index) + 1, 0x9e3779b1));
  }
  return key;
}

/** A sequence of random numbers, always the same for one key. */
export class RandomSequence {
  #state: number;

  constructor(key: number) {
    this.#state = key | 0;
  }

  /** The next 32 bits, unsigned. */
  bits(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return lowbias32(this.#state) >>> 0;
  }

  /** From 0 (included) to 1 (excluded). */
  share(): number {
    return this.bits() / 2 ** 32;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.share() * limit);
  }

  /** The same items in another order; the argument stays as it is. */
  shuffled<Item>(items: readonly Item[]): Item[] {
    return shuffle(items, (limit) => this.below(limit));
  }
}

/** The same items in another order (Fisher-Yates), by whole numbers from 0 to a limit - 1. */
export function shuffle<Item>(items: readonly Item[], below: (limit: number) => number): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = below(last + 1);
    const moved = result[last] as Item;
    result[last] = result[other] as Item;
    result[other] = moved;
  }
  return result;
}
