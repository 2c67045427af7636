/** The middle value, or what lies between the two in the middle. NaN for no values. */
export function median(values: ArrayLike<number>): number {
  return quantileOfSorted(Float64Array.from(values).sort(), 0.5);
}

/** The q-quantile (0 to 1) of ascending values, linear between neighbours (Hyndman and Fan's type 7). NaN for no values. */
export function quantileOfSorted(ascending: ArrayLike<number>, q: number): number {
  if (ascending.length === 0) return Number.NaN;
  const position = (ascending.length - 1) * q;
  const below = Math.floor(position);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/**
 * Of fewer values no interval holds the median with 95 %: it lies between the smallest and the largest
 * of n with 1 - 2 / 2^n, which is 94 % for five.
 */
export const fewestForInterval = 6;

/**
 * The narrowest interval between the k-th lowest and the k-th highest value that holds the median with
 * at least this confidence, whatever the distribution: fewer than k of n values lie below the median
 * with binomial probability (the sign test turned round; W. R. Thompson 1936). Of fewer values than
 * `fewestForInterval` it is their range.
 */
export function orderInterval(
  values: readonly number[],
  confidence: number,
): { readonly low: number; readonly high: number } {
  const ascending = Float64Array.from(values).sort();
  const size = ascending.length;
  let exactly = 2 ** -size; // the probability that `lowest` values lie below the median
  let atMost = exactly;
  let lowest = 0;
  while (lowest + 1 < size / 2) {
    exactly *= (size - lowest) / (lowest + 1);
    if (atMost + exactly > (1 - confidence) / 2) break;
    atMost += exactly;
    lowest++;
  }
  return { low: ascending[lowest] as number, high: ascending[size - 1 - lowest] as number };
}
