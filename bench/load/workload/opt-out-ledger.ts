/**
 * What is known of each new number: of which profiles a 21610 was acknowledged, of which it was attempted
 * at all, and how often the number has opted in. What lies between the first two is unknown. Shared memory,
 * so that the verifier reads what the workers wrote; four bytes a number, whatever happens to it.
 *
 * Who opts a number in says so before and after. From the first moment on nothing is sure of its opt-outs,
 * and a report that went out before the second is not sure to count, whenever it is acknowledged.
 */
export class OptOutLedger {
  /** Bits 0 to 7: acknowledged; 8 to 15: attempted; above: beginnings and ends of opt-ins. */
  readonly #numbers: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#numbers = new Int32Array(memory);
  }

  /** Memory for so many numbers. */
  static memory(numbers: number): SharedArrayBuffer {
    return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * numbers);
  }

  /** Before a 21610 for this number and slot goes out. */
  attempt(number: number, slot: number): void {
    Atomics.or(this.#numbers, number, 1 << (slot + 8));
  }

  /**
   * When it was acknowledged.
   *
   * @param optIns what `optIns` said before it went out
   */
  acknowledge(number: number, slot: number, optIns: number): void {
    this.#change(number, (known) => (optInsOf(known) === optIns ? known | (1 << slot) : known));
  }

  /** Slots, as bits, whose opt-out must be there. */
  acknowledged(number: number): number {
    return this.#known(number) & 0xff;
  }

  /** Slots, as bits, whose opt-out may be there. */
  attempted(number: number): number {
    return (this.#known(number) >> 8) & 0xff;
  }

  /** How many times an opt-in of the number has begun or ended: odd while one is under way. */
  optIns(number: number): number {
    return optInsOf(this.#known(number));
  }

  /** Before the number opts in to every profile, and after it. */
  optIn(number: number, what: 'begins' | 'ends'): void {
    const odd = what === 'begins' ? 1 : 0;
    this.#change(number, (known) =>
      (optInsOf(known) & 1) === odd ? known : (known & ~0xff) + (1 << 16),
    );
  }

  /** The last numbers for which `holds`, at most `most`, the last one first. */
  *lastOf(holds: (number: number) => boolean, most: number): Generator<number> {
    let left = most;
    for (let number = this.#numbers.length - 1; number >= 0 && left > 0; number--) {
      if (this.#known(number) === 0 || !holds(number)) continue;
      left--;
      yield number;
    }
  }

  #known(number: number): number {
    return Atomics.load(this.#numbers, number);
  }

  #change(number: number, change: (known: number) => number): void {
    for (;;) {
      const known = this.#known(number);
      if (Atomics.compareExchange(this.#numbers, number, known, change(known)) === known) return;
    }
  }
}

function optInsOf(known: number): number {
  return known >>> 16;
}

/** How many bits of a byte are set. */
export function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
