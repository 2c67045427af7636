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

/** The profile in one of a new number's slots: different for different slots. */
export function profileInSlot(number: number, slot: number, profileCount: number): number {
  return (
    (number * 7 + slot * Math.max(1, Math.floor(profileCount / slotsPerNumber))) % profileCount
  );
}
