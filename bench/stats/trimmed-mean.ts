import type { Estimate } from './estimate.ts';
import { mean } from './mean.ts';
import { studentT } from './student-t.ts';

/** The share that is left out at either end. */
export const trim = 0.2;

/** Of fewer values no interval is made: too few are left inside to say how far they scatter. */
export const fewestForTrimmedMean = 6;

/**
 * The mean of the middle three fifths, with the interval of Tukey and McLaughlin (1963): the standard
 * error is that of the winsorised values, and the quantile Student's t with one degree of freedom less
 * than values are left inside. A spike or two do not move it, and it does not jump between neighbours
 * as a median does. The values must be independent.
 *
 * @param values in any unit; the estimate has the same. Of fewer than six the interval is unbounded.
 */
export function trimmedMean(values: readonly number[], confidence: number): Estimate {
  const ascending = Float64Array.from(values).sort();
  const { length: samples } = ascending;
  const cut = Math.floor(samples * trim);
  const inside = ascending.subarray(cut, samples - cut);
  const value = mean(inside);
  if (samples < fewestForTrimmedMean) {
    return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, samples };
  }
  const lowest = inside[0] as number;
  const highest = inside[inside.length - 1] as number;
  const winsorised = ascending.map((x) => Math.min(Math.max(x, lowest), highest));
  const middle = mean(winsorised);
  const squares = winsorised.reduce((sum, x) => sum + (x - middle) ** 2, 0);
  const kept = inside.length;
  const error = Math.sqrt(squares / (kept * (kept - 1)));
  const halfWidth = studentT((1 + confidence) / 2, kept - 1) * error;
  return { value, low: value - halfWidth, high: value + halfWidth, samples };
}
