import { groupsOf, valueAt } from './groups.ts';
import { type Distribution, type Estimate, type Quantile, smallestGroup } from './shape.ts';
import type { Bar, Sums } from './tally.ts';

/** The normal distribution's 97.5th percentile: 95 % lie between it and its negative. */
const z = 1.96;

/** Significant digits of what is told: more would say more than is known. */
const digits = 4;

/** Rounded to what is told. */
export function rounded(value: number): number {
  return Number(value.toPrecision(digits));
}

/**
 * The total of a measure over all contacts, from a sample in which each contact is with the same
 * probability (the Horvitz-Thompson estimator; Särndal, Swensson and Wretman, Model Assisted Survey
 * Sampling, 1992, section 3.2: Bernoulli sampling).
 */
export function total({ sum, squares }: Sums, share: number): Estimate {
  const error = Math.sqrt((1 - share) * squares) / share;
  return estimate(sum / share, error, 0);
}

/**
 * A measure per unit of another, contacts being drawn (the ratio estimator; section 5.6 there).
 * `squares` and `products` belong to the measure, `unit` to what it is divided by.
 */
export function ratio(measure: Sums, unit: Sums, share: number): Estimate {
  if (unit.sum === 0) return { value: 0, low: 0, high: 0 };
  if (measure.contacts < smallestGroup) {
    return { value: 0, low: 0, high: rounded(smallestGroup / unit.sum) };
  }
  const value = measure.sum / unit.sum;
  const residuals = measure.squares - 2 * value * measure.products + value * value * unit.squares;
  return estimate(value, Math.sqrt((1 - share) * Math.max(0, residuals)) / unit.sum, 0);
}

/** A share of the contacts. */
export function contactShare(some: number, all: number, share: number): Estimate {
  if (some < smallestGroup) return { value: 0, low: 0, high: rounded(smallestGroup / all) };
  const value = some / all;
  return estimate(value, Math.sqrt(((1 - share) * value * (1 - value)) / all), 0, 1);
}

function estimate(value: number, error: number, least: number, most = Number.MAX_VALUE): Estimate {
  return {
    value: rounded(value),
    low: rounded(Math.max(least, value - z * error)),
    high: rounded(Math.min(most, value + z * error)),
  };
}

/** The quantiles that are told: close where most contacts are, and far into the tail. */
const quantilesAt: readonly number[] = [
  ...Array.from({ length: 19 }, (_, index) => (index + 1) / 20),
  0.975,
  0.99,
  0.995,
  0.999,
  0.9995,
  0.9999,
];

/**
 * How a number is distributed, from its histogram. Undefined where it is about too few contacts.
 *
 * @param scale what a value of the sample stands for
 */
export function distribution(
  bars: readonly Bar[],
  overlap: 'disjoint' | 'overlapping',
  share: number,
  scale = 1,
): Distribution | undefined {
  const groups = groupsOf(bars, overlap);
  if (groups.length === 0) return undefined;
  const amount = groups.reduce((sum, group) => sum + group.amount, 0);
  const mean = groups.reduce((sum, group) => sum + group.value * group.amount, 0) / amount;
  const variance =
    bars.reduce((sum, bar) => sum + bar.amount * (bar.value - mean) ** 2, 0) / amount;
  const told = (value: number): number => rounded(value * scale);
  return {
    mean: estimate(mean * scale, scale * Math.sqrt(((1 - share) * variance) / amount), 0),
    quantiles: quantilesAt.flatMap((at): readonly Quantile[] => {
      if (Math.min(at, 1 - at) * amount < smallestGroup) return [];
      const error = z * Math.sqrt(((1 - share) * at * (1 - at)) / amount);
      return [
        {
          at,
          value: told(valueAt(groups, at)),
          low: told(valueAt(groups, Math.max(0, at - error))),
          high: told(valueAt(groups, Math.min(1, at + error))),
        },
      ];
    }),
  };
}
