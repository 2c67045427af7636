import { formatSeconds } from '../../db/cli/number-text.ts';
import { median } from '../stats/median.ts';

/**
 * How long a row of like tasks still takes: each as long as those that have ended took in the middle, and
 * before any has, as long as it may be timed.
 */
export class TimeLeft {
  readonly #count: number;
  readonly #allowedSeconds: number;
  readonly #now: () => number;
  readonly #took: number[] = [];
  #begunMs: number;

  /**
   * @param count          tasks
   * @param allowedSeconds for timing one of them
   * @param now            a clock in milliseconds
   */
  constructor(count: number, allowedSeconds: number, now: () => number = () => performance.now()) {
    this.#count = count;
    this.#allowedSeconds = allowedSeconds;
    this.#now = now;
    this.#begunMs = now();
  }

  /** A task has ended, and the next begins. One that was there before took no time. */
  ended(): void {
    const now = this.#now();
    this.#took.push((now - this.#begunMs) / 1_000);
    this.#begunMs = now;
  }

  /** Seconds that are left, of which the present task needs so many. */
  seconds(ofThis: number): number {
    const others = Math.max(0, this.#count - this.#took.length - 1);
    const each = this.#took.length === 0 ? this.#allowedSeconds : median(this.#took);
    // a task that takes longer than it was given has an end all the same
    return Math.max(0, ofThis) + others * each;
  }

  /** `7 of 21, ` before what the present task does; nothing where it is the only one. */
  get place(): string {
    return this.#count === 1 ? '' : `${this.#took.length + 1} of ${this.#count}, `;
  }

  /** `, about 1 min 10 s left`, rounded to five seconds; nothing where there is none to speak of. */
  text(ofThis: number): string {
    const rounded = Math.round(this.seconds(ofThis) / 5) * 5;
    if (rounded === 0) return '';
    return `, about ${rounded < 60 ? `${rounded} s` : formatSeconds(rounded)} left`;
  }
}
