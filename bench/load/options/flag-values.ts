import { InvalidArgumentError } from 'commander';
import type { Rate } from '../client/worker-options.ts';
import type { Latency } from '../results/results.ts';

/** A range of rates to search. */
export interface RateRange {
  readonly from: number;
  readonly to: number;
}

/** A latency that must be kept: `p99<5ms`. */
export interface Objective {
  readonly text: string;
  readonly limits: readonly {
    readonly percentile: keyof Latency & `${string}Ms`;
    readonly name: string;
    readonly belowMs: number;
  }[];
}

/*
 * Readers of flags' values. What they throw for a wrong one is commander's error, which names the flag
 * and the value itself.
 */

/** The most operations a second that may be asked for. */
const highestRate = 1_000_000;

/** Reads `2000`, `2k` or `max`. */
export function parseRate(text: string): Rate {
  if (text === 'max') return 'max';
  const match = /^(\d+(?:\.\d+)?)(k?)$/i.exec(text.replaceAll('_', ''));
  const rate = Number(match?.[1]) * (match?.[2] === '' ? 1 : 1_000);
  if (match === null || !(rate > 0 && rate <= highestRate)) {
    throw new InvalidArgumentError(
      `not a number of operations a second (up to ${highestRate}), nor max.`,
    );
  }
  return rate;
}

/** Reads `500..8000`. */
export function parseRange(text: string): RateRange {
  const [from, to, ...rest] = text.split('..');
  if (to === undefined || rest.length > 0) throw notARange();
  const range = { from: parseRate(from ?? ''), to: parseRate(to) };
  if (range.from === 'max' || range.to === 'max' || range.from >= range.to) throw notARange();
  return { from: range.from, to: range.to };
}

function notARange(): InvalidArgumentError {
  return new InvalidArgumentError('not a range of rates such as 500..8000.');
}

const unitsMs = { us: 0.001, µs: 0.001, ms: 1, s: 1_000 } as const;

const percentiles = {
  p50: 'p50Ms',
  p90: 'p90Ms',
  p99: 'p99Ms',
  'p99.9': 'p999Ms',
  'p99.99': 'p9999Ms',
  max: 'maxMs',
} as const;

/** Reads `p99<5ms`, or several with commas: `p50<1ms,max<1s`. */
export function parseObjective(text: string): Objective {
  const limits = text.split(',').map((part) => {
    const match =
      /^\s*(p50|p90|p99|p99\.9|p99\.99|max)\s*<\s*(\d+(?:\.\d+)?)\s*(us|µs|ms|s)\s*$/.exec(part);
    if (match === null) {
      throw new InvalidArgumentError(
        `not like p99<5ms (${Object.keys(percentiles).join(', ')}; us, ms, s).`,
      );
    }
    const name = match[1] as keyof typeof percentiles;
    const belowMs = Number(match[2]) * unitsMs[match[3] as keyof typeof unitsMs];
    return { name, percentile: percentiles[name], belowMs };
  });
  return { text, limits };
}

/** Milliseconds from `20ms` or `1s`; `0` is none. */
export function parseDelay(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s)$/.exec(text);
  const ms =
    text === '0' ? 0 : Number(match?.[1]) * unitsMs[(match?.[2] ?? 's') as keyof typeof unitsMs];
  if (!(ms >= 0 && ms <= 10_000)) {
    throw new InvalidArgumentError('not a time up to 10 seconds, such as 20ms.');
  }
  return ms;
}

/** Seconds from `60`, `60s`, `5m` or `2h`. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)?$/.exec(text);
  const seconds = Number(match?.[1]) * ({ s: 1, m: 60, h: 3_600 }[match?.[2] ?? 's'] ?? 1);
  if (match === null || !(seconds >= 1 && seconds <= 604_800)) {
    throw new InvalidArgumentError('not a time from 1 second to a week, such as 60, 5m or 2h.');
  }
  return seconds;
}
