/**
 * From how many opt-outs on a number must be refused, and from how many it may be: two figures while
 * somebody changes the threshold. Shared memory: what one thread says holds for all at once.
 */
export class Thresholds {
  readonly #both: Int32Array;

  constructor(memory: SharedArrayBuffer) {
    this.#both = new Int32Array(memory);
  }

  /** Memory that says one threshold. */
  static memory(threshold: number): SharedArrayBuffer {
    const memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    new Thresholds(memory).set(threshold);
    return memory;
  }

  /** From so many acknowledged opt-outs on a message must be refused. */
  get must(): number {
    return Atomics.load(this.#both, 0);
  }

  /** From so many attempted opt-outs on it may be. */
  get may(): number {
    return Atomics.load(this.#both, 1);
  }

  /** Before a change both thresholds go, after it the new one alone. */
  set(...thresholds: readonly [number, ...number[]]): void {
    Atomics.store(this.#both, 0, Math.max(...thresholds));
    Atomics.store(this.#both, 1, Math.min(...thresholds));
  }
}
