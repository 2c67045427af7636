import { deriveKey } from '../../data-set/counter-random.ts';

/** 32 bits of a hash of a name; `which` of several that have nothing to do with each other. */
export function hashOf(name: string, which: number): number {
  return deriveKey(which, name) >>> 0;
}

/**
 * Numbers names from 0 in the order in which they come, and keeps none of them: two names are taken for one where
 * 64 bits of their hashes are equal. All is in arrays outside of the heap, made once, so that however many
 * names come and go no memory is asked for.
 */
export class Numbering {
  /** The two hashes of each number. */
  readonly #hashes: readonly [Uint32Array, Uint32Array];
  /** Numbers, each plus 1, where their second hash says or next to it; 0 where none is (open addressing). */
  readonly #slots: Uint32Array;
  #size = 0;

  /** @param most how many names there are at most at a time */
  constructor(most: number) {
    this.#hashes = [new Uint32Array(most), new Uint32Array(most)];
    this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(2 * most)));
  }

  /** How many names have a number: the next new one's. */
  get size(): number {
    return this.#size;
  }

  /** The number of the name with these hashes. */
  numberOf(first: number, second: number): number {
    const [firsts, seconds] = this.#hashes;
    let slot = second & (this.#slots.length - 1);
    for (;;) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0) return this.#append(slot, first, second);
      if (firsts[number] === first && seconds[number] === second) return number;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
  }

  /**
   * Forgets the names that do not stay, and numbers the others anew, in their order.
   *
   * @param stays told a number and its first hash
   * @param renumbered told of each name that stays, old number and new
   */
  keep(
    stays: (number: number, first: number) => boolean,
    renumbered: (from: number, to: number) => void,
  ): void {
    const [firsts, seconds] = this.#hashes;
    const before = this.#size;
    this.#slots.fill(0);
    this.#size = 0;
    for (let number = 0; number < before; number++) {
      const first = firsts[number] as number;
      if (!stays(number, first)) continue;
      renumbered(number, this.numberOf(first, seconds[number] as number));
    }
  }

  #append(slot: number, first: number, second: number): number {
    const number = this.#size;
    if (number === this.#hashes[0].length) throw new RangeError(`more than ${number} names`);
    this.#hashes[0][number] = first;
    this.#hashes[1][number] = second;
    this.#slots[slot] = number + 1;
    this.#size++;
    return number;
  }
}
