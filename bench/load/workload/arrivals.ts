import type { Draws } from '../../stats/random.ts';

/** How the gaps between arrivals are made: all alike, or as of independent callers. */
export const arrivalKinds = ['constant', 'poisson'] as const;
export type ArrivalKind = (typeof arrivalKinds)[number];

/** What an arrival schedule follows from. */
export interface ScheduleOptions {
  readonly kind: ArrivalKind;
  /** Arrivals a second of the whole run. */
  readonly ratePerSecond: number;
  readonly startMs: number;
  readonly endMs: number;
  /** This schedule's share: it takes part `part` of `parts` schedules that together make the rate. */
  readonly part: number;
  readonly parts: number;
  readonly draws: Draws;
}

/**
 * When operations are meant to start, whatever becomes of those before them. Arrivals are never
 * stored: a server that falls behind leaves a backlog that is only a time in the past.
 */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #gapMs: number;
  #taken = 0;
  #nextMs: number;

  constructor(options: ScheduleOptions) {
    const { ratePerSecond, parts, part, startMs } = options;
    this.#options = options;
    this.#gapMs = ratePerSecond > 0 ? (1000 * parts) / ratePerSecond : Number.POSITIVE_INFINITY;
    // Constant schedules of several workers interleave: together they are as even as one.
    const offset = options.kind === 'constant' ? (this.#gapMs * part) / parts : this.#gap();
    this.#nextMs = ratePerSecond > 0 ? startMs + offset : Number.POSITIVE_INFINITY;
  }

  /** The next intended start; Infinity after the last. */
  get nextMs(): number {
    return this.#nextMs < this.#options.endMs ? this.#nextMs : Number.POSITIVE_INFINITY;
  }

  /** Takes the next arrival and returns its intended start. */
  take(): number {
    const intendedMs = this.nextMs;
    this.#taken++;
    if (this.#options.kind === 'poisson') this.#nextMs += this.#gap();
    else {
      // Multiplied, not added up: a day of gaps would add up their rounding.
      const { startMs, part, parts } = this.#options;
      this.#nextMs = startMs + this.#gapMs * (this.#taken + part / parts);
    }
    return intendedMs;
  }

  /** How many arrivals are due by `nowMs` and not taken, to within the randomness of their gaps. */
  backlog(nowMs: number): number {
    const untilMs = Math.min(nowMs, this.#options.endMs);
    return Math.max(0, Math.ceil((untilMs - this.nextMs) / this.#gapMs));
  }

  #gap(): number {
    return this.#options.draws.exponential(this.#gapMs);
  }
}
