import { itemAt } from '../../../db/item-at.ts';
import { deriveKey } from '../../../seed/data-set/counter-random.ts';
import { keyedPermutation, type Permutation } from '../../../seed/data-set/permutation.ts';

/** Numbers of one area code's exchange 555. */
const linesPerArea = 10_000;

/** The numbers that a run may use: those of exchange 555 in area codes where nobody has opted out. */
export class FreshNumbers {
  readonly #areas: readonly number[];
  readonly #permutation: Permutation;

  constructor(areas: readonly number[], seed: number) {
    this.#areas = areas;
    this.#permutation = keyedPermutation(
      areas.length * linesPerArea,
      deriveKey(seed, 'fresh numbers'),
    );
  }

  /** How many there are. */
  get count(): number {
    return this.#areas.length * linesPerArea;
  }

  /** Number `index` (0 … count - 1), scattered as a data set's numbers are. */
  phone(index: number): string {
    const scattered = this.#permutation(index);
    const area = itemAt(this.#areas, Math.floor(scattered / linesPerArea));
    return `+1${area}555${String(scattered % linesPerArea).padStart(4, '0')}`;
  }
}

/** Profiles that one new number may opt out of: one bit each in its byte. */
export const slotsPerNumber = 8;

/**
 * What is known of each new number: of which profiles a 21610 was acknowledged, and of which it was
 * attempted at all. What lies between is unknown. Shared memory, so that the verifier reads what the
 * workers wrote; two bytes a number, whatever happens to it.
 */
export class OptOutLedger {
  readonly #acknowledged: Uint8Array;
  readonly #attempted: Uint8Array;

  constructor(memory: SharedArrayBuffer) {
    this.#acknowledged = new Uint8Array(memory, 0, memory.byteLength / 2);
    this.#attempted = new Uint8Array(memory, memory.byteLength / 2);
  }

  /** Memory for so many numbers. */
  static memory(numbers: number): SharedArrayBuffer {
    return new SharedArrayBuffer(2 * numbers);
  }

  /** Before a 21610 for this number and slot goes out. */
  attempt(number: number, slot: number): void {
    this.#attempted[number] = this.attempted(number) | (1 << slot);
  }

  /** When it was acknowledged. */
  acknowledge(number: number, slot: number): void {
    this.#acknowledged[number] = this.acknowledged(number) | (1 << slot);
  }

  /** Slots, as bits, whose opt-out must be there. */
  acknowledged(number: number): number {
    return itemAt(this.#acknowledged, number);
  }

  /** Slots, as bits, whose opt-out may be there. */
  attempted(number: number): number {
    return itemAt(this.#attempted, number);
  }
}

/** How many bits of a byte are set. */
export function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The profile in one of a new number's slots: different for different slots. */
export function profileInSlot(number: number, slot: number, profileCount: number): number {
  return (
    (number * 7 + slot * Math.max(1, Math.floor(profileCount / slotsPerNumber))) % profileCount
  );
}
