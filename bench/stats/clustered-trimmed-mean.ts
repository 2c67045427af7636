import type { Estimate } from './estimate.ts';
import { mean } from './mean.ts';
import { studentT } from './student-t.ts';
import { fewestForTrimmedMean, trim } from './trimmed-mean.ts';

/** Values that depend on each other, in groups of the same weight each, however many values one has. */
export type Cluster = readonly (readonly number[])[];

/**
 * The trimmed mean of all values of some clusters, with an interval that asks nothing of the values of one
 * cluster: only the clusters must be independent. A far value is left out by itself, and does not take its
 * cluster with it.
 *
 * The standard error is made of the clusters' sums of the trimmed mean's influence function (Huber, Robust
 * Statistics, 1981, section 3.3: what winsorising leaves of a value, over the share that is kept), with the
 * correction for few clusters and as many degrees of freedom as Liang and Zeger's estimator is used with
 * (Cameron and Miller, A Practitioner's Guide to Cluster-Robust Inference, 2015, section VI).
 *
 * @param clusters in any unit; the estimate has the same. Of fewer than six the interval is unbounded.
 * @returns with the number of clusters as `samples`
 */
export function clusteredTrimmedMean(clusters: readonly Cluster[], confidence: number): Estimate {
  const { length: samples } = clusters;
  const [lowest, highest] = middleOf(clusters);
  let inside = 0;
  let weightInside = 0;
  const winsorised = clusters.map((groups) => {
    let sum = 0;
    for (const group of groups) {
      const weight = weightOf(group, groups, clusters);
      for (const value of group) {
        sum += Math.min(Math.max(value, lowest), highest) * weight;
        if (value < lowest || value > highest) continue;
        inside += value * weight;
        weightInside += weight;
      }
    }
    return sum;
  });
  const value = inside / weightInside;
  if (samples < fewestForTrimmedMean) {
    return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, samples };
  }
  const middle = mean(winsorised);
  const squares = winsorised.reduce((sum, own) => sum + (own - middle) ** 2, 0);
  const error = Math.sqrt((squares * samples) / (samples - 1)) / (1 - 2 * trim);
  const halfWidth = studentT((1 + confidence) / 2, samples - 1) * error;
  return { value, low: value - halfWidth, high: value + halfWidth, samples };
}

/** What one value of a group weighs; all values together weigh 1. */
function weightOf(group: readonly number[], groups: Cluster, clusters: readonly Cluster[]): number {
  return 1 / (clusters.length * groups.length * group.length);
}

/** Between which values the weight lies that is not left out, the same for values with the other sign. */
function middleOf(clusters: readonly Cluster[]): readonly [number, number] {
  const groups = clusters.flat();
  const sizes = new Set(groups.map(({ length }) => length));
  if (sizes.size === 1 && new Set(clusters.map(({ length }) => length)).size === 1) {
    // of the same weight each: numbers alone are sorted many times as fast
    const ascending = numbersOf(groups).sort();
    const cut = Math.floor(trim * ascending.length + rounding);
    return [ascending[cut] ?? Number.NaN, ascending[ascending.length - 1 - cut] ?? Number.NaN];
  }
  const ascending = clusters
    .flatMap((cluster) =>
      cluster.flatMap((group) => {
        const weight = weightOf(group, cluster, clusters);
        return group.map((value) => ({ value, weight }));
      }),
    )
    .sort((one, other) => one.value - other.value);
  return [firstBeyond(trim, ascending), firstBeyond(trim, ascending.reverse())];
}

/** All values of some groups. */
function numbersOf(groups: Cluster): Float64Array {
  const numbers = new Float64Array(groups.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const group of groups) {
    numbers.set(group, at);
    at += group.length;
  }
  return numbers;
}

/** The first value with which more than that share of the weight is passed. */
function firstBeyond(
  share: number,
  values: readonly { readonly value: number; readonly weight: number }[],
): number {
  let sum = 0;
  for (const { value, weight } of values) {
    sum += weight;
    if (sum > share + rounding) return value;
  }
  return Number.NaN;
}

/** Sums of weights are a little off. */
const rounding = 1e-9;
