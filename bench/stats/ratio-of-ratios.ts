import type { EstimateRange } from './estimate.ts';
import { studentT } from './student-t.ts';

/** Degrees of freedom from which t is taken for normal. */
const many = 200;

/**
 * One ratio over another that was found independently, with its interval: the two intervals' half-widths,
 * as logarithms, add up as the sides of a right angle.
 *
 * @param comparisons among how many such quotients one looks for the best or the worst: the interval is
 *   widened so that all of them together hold with the confidence of one (Bonferroni)
 */
export function ratioOfRatios(
  after: EstimateRange,
  before: EstimateRange,
  comparisons = 1,
): EstimateRange {
  const widened = studentT(1 - 0.025 / comparisons, many) / studentT(0.975, many);
  const side = (x: EstimateRange, towards: 'low' | 'high'): number =>
    Math.log(x[towards] / x.value);
  const below = Math.hypot(side(after, 'low'), side(before, 'high')) * widened;
  const above = Math.hypot(side(after, 'high'), side(before, 'low')) * widened;
  const value = after.value / before.value;
  return { value, low: value * Math.exp(-below), high: value * Math.exp(above) };
}
