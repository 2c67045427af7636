import type { Draws } from '../../stats/random.ts';
import type { TracePart } from './trace.ts';

/** How the gaps between arrivals are made: all alike, or as of independent callers. */
export const arrivalKinds = ['constant', 'poisson'] as const;
export type ArrivalKind = (typeof arrivalKinds)[number];

/** Bursts begin so long after one another. */
export const burstPeriodMs = 10_000;

/** When operations are meant to start. */
export interface Arrivals {
  /** The next intended start; Infinity after the last. */
  readonly nextMs: number;
  /** Takes the next arrival and returns its intended start. */
  take(): number;
  /** How many arrivals are due by `nowMs` and not taken. */
  backlog(nowMs: number): number;
}

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
  /**
   * How many times the rate arrivals have while there are any: what ten seconds would bring comes in the
   * first part of them. 1, or undefined: all the time.
   */
  readonly burst?: number | undefined;
}

/**
 * When operations are meant to start, whatever becomes of those before them. Arrivals are never
 * stored: a server that falls behind leaves a backlog that is only a time in the past.
 */
export class Schedule implements Arrivals {
  readonly #options: ScheduleOptions;
  readonly #gapMs: number;
  readonly #burst: number;
  #taken = 0;
  /** On a clock on which arrivals come at an even rate. */
  #nextMs: number;

  constructor(options: ScheduleOptions) {
    const { ratePerSecond, parts, part, startMs } = options;
    this.#options = options;
    this.#burst = options.burst ?? 1;
    this.#gapMs = ratePerSecond > 0 ? (1000 * parts) / ratePerSecond : Number.POSITIVE_INFINITY;
    // Constant schedules of several workers interleave: together they are as even as one.
    const offset = options.kind === 'constant' ? (this.#gapMs * part) / parts : this.#gap();
    this.#nextMs = ratePerSecond > 0 ? startMs + offset : Number.POSITIVE_INFINITY;
  }

  /** The next intended start; Infinity after the last. */
  get nextMs(): number {
    return this.#nextMs < this.#options.endMs
      ? this.#pressed(this.#nextMs)
      : Number.POSITIVE_INFINITY;
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
    if (this.nextMs === Number.POSITIVE_INFINITY) return 0;
    const untilMs = Math.min(this.#stretched(nowMs), this.#options.endMs);
    return Math.max(0, Math.ceil((untilMs - this.#nextMs) / this.#gapMs));
  }

  /** When a time of the even clock is, where arrivals are pressed into the beginning of each period. */
  #pressed(evenMs: number): number {
    if (this.#burst === 1) return evenMs;
    const { startMs } = this.#options;
    const period = Math.floor((evenMs - startMs) / burstPeriodMs) * burstPeriodMs;
    return startMs + period + (evenMs - startMs - period) / this.#burst;
  }

  /** What the even clock shows by then. */
  #stretched(ms: number): number {
    if (this.#burst === 1) return ms;
    const { startMs } = this.#options;
    const period = Math.floor((ms - startMs) / burstPeriodMs) * burstPeriodMs;
    return startMs + period + Math.min(burstPeriodMs, (ms - startMs - period) * this.#burst);
  }

  #gap(): number {
    return this.#options.draws.exponential(this.#gapMs);
  }
}

/** Arrivals as they were in a trace. */
export class TraceSchedule implements Arrivals {
  readonly #part: TracePart;
  readonly #startMs: number;
  readonly #endMs: number;
  #taken = 0;

  constructor(part: TracePart, startMs: number, endMs: number) {
    this.#part = part;
    this.#startMs = startMs;
    this.#endMs = endMs;
  }

  get nextMs(): number {
    const next = this.#part.at(this.#taken);
    const ms = next === undefined ? Number.POSITIVE_INFINITY : this.#startMs + next.atMs;
    return ms < this.#endMs ? ms : Number.POSITIVE_INFINITY;
  }

  take(): number {
    const intendedMs = this.nextMs;
    this.#taken++;
    return intendedMs;
  }

  backlog(nowMs: number): number {
    const untilMs = Math.min(nowMs, this.#endMs) - this.#startMs;
    return Math.max(0, this.#part.dueBy(untilMs) - this.#taken);
  }
}
