import type { Arm } from '../results/results.ts';

/** Lets two loops that run beside each other go one call at a time, in an order that is given. */
export class Turns {
  readonly #order: readonly Arm[];
  #done = 0;
  #waiting: {
    readonly arm: Arm;
    readonly go: () => void;
    readonly fail: (error: unknown) => void;
  }[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(order: readonly Arm[]) {
    this.#order = order;
  }

  /** Resolves when it is this arm's turn. Rejects with what failed in another turn. */
  mine(arm: Arm): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#order[this.#done] === arm) return Promise.resolve();
    return new Promise((go, fail) => {
      this.#waiting.push({ arm, go, fail });
    });
  }

  /** Ends a turn. */
  pass(): void {
    this.#done++;
    const next = this.#waiting.findIndex(({ arm }) => arm === this.#order[this.#done]);
    if (next !== -1) for (const { go } of this.#waiting.splice(next, 1)) go();
  }

  /** Ends all turns: whoever waits, or asks, is told. */
  fail(error: unknown): void {
    this.#failure = { error };
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }
}
