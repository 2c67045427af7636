import { type Cluster, clusteredTrimmedMean } from './clustered-trimmed-mean.ts';
import type { Estimate } from './estimate.ts';
import { mean } from './mean.ts';
import { median, quantileOfSorted } from './median.ts';
import { fewestForTrimmedMean, trimmedMean } from './trimmed-mean.ts';

/*
 * From single statements to one figure. A slice is a stretch of pairs in which two sessions keep their
 * arms; sessions is what two of them gave together, from being opened to being closed, with the arms
 * changed from slice to slice. A session's own share (the processor it settled on, the memory it got)
 * is then in both arms alike and cancels. The sessions are what is independent: neighbouring pairs are
 * not, so the interval is made over sessions.
 */

/** Latencies of one slice in nanoseconds, in the order of time: the same index is one pair. */
export interface SliceSamples {
  readonly treatmentNs: Float64Array;
  readonly controlNs: Float64Array;
}

/** Latencies of one arm of a slice, in nanoseconds. */
export interface ArmFigures {
  readonly medianNs: number;
  /** Absent with too few pairs to say. */
  readonly p95Ns?: number;
  readonly p99Ns?: number;
}

/** What of a slice goes into a figure. */
export interface SliceFigures {
  /** Whether the second session had the treatment. */
  readonly swapped: boolean;
  readonly pairs: number;
  /** Nanoseconds: median of the pairs' differences, treatment minus control. */
  readonly differenceNs: number;
  /** Of up to eight groups of neighbouring pairs the medians of the logarithms of their ratios. */
  readonly logRatios: readonly number[];
  readonly treatment: ArmFigures;
  readonly control: ArmFigures;
}

/** What two sessions gave together, in nanoseconds, their own shares taken out. */
export interface SessionsFigures {
  readonly pairs: number;
  readonly differenceNs: number;
  /** Those of its slices, by the assignment of the arms. */
  readonly logRatios: Cluster;
  readonly controlNs: number;
  /** Differences of the arms' own percentiles; absent where a slice has none. */
  readonly p95DifferenceNs?: number;
  readonly p99DifferenceNs?: number;
}

/** Added time and ratio, each with its interval over sessions. */
export interface PairedEstimate {
  readonly ratio: Estimate;
  /** Nanoseconds a statement. */
  readonly difference: Estimate;
  /** Nanoseconds a statement, without the treatment. */
  readonly baselineNs: number;
  /** Of the arms' 95th and 99th percentiles; absent where too few sessions had enough pairs. */
  readonly p95Difference?: Estimate;
  readonly p99Difference?: Estimate;
}

/** Of fewer pairs the 95th percentile of a slice is not quoted, of fewer than the second not the 99th. */
const pairsForP95 = 20;
const pairsForP99 = 100;

/** Of fewer pairs in all, what 99 of 100 statements stay below is no verdict. */
export const pairsForVerdict = 10_000;

/**
 * A slice's pairs are looked at in so many groups: neighbours are alike, and more groups say the same. Of few
 * pairs each is a group.
 */
const groupsOfSlice = 8;

/** The figures of one arm's latencies. Throws a RangeError for none. */
export function armFigures(latenciesNs: Float64Array): ArmFigures {
  const ascending = latenciesNs.slice().sort();
  const { length: samples } = ascending;
  if (samples === 0) throw new RangeError('an arm without samples');
  return {
    medianNs: quantileOfSorted(ascending, 0.5),
    ...(samples < pairsForP95 ? {} : { p95Ns: quantileOfSorted(ascending, 0.95) }),
    ...(samples < pairsForP99 ? {} : { p99Ns: quantileOfSorted(ascending, 0.99) }),
  };
}

/** The figures of one slice. Throws a RangeError where the arms have not the same number of samples, or none. */
export function sliceFigures(
  { treatmentNs, controlNs }: SliceSamples,
  swapped: boolean,
): SliceFigures {
  const { length: pairs } = controlNs;
  if (treatmentNs.length !== pairs) {
    throw new RangeError(`a slice of ${treatmentNs.length} and ${pairs} samples`);
  }
  return {
    swapped,
    pairs,
    differenceNs: median(treatmentNs.map((ns, index) => ns - (controlNs[index] as number))),
    logRatios: mediansOfGroups(
      treatmentNs.map((ns, index) => Math.log(ns / (controlNs[index] as number))),
    ),
    treatment: armFigures(treatmentNs),
    control: armFigures(controlNs),
  };
}

function mediansOfGroups(values: Float64Array): readonly number[] {
  const groups = Math.min(groupsOfSlice, values.length);
  const start = (group: number): number => Math.round((group * values.length) / groups);
  return Array.from({ length: groups }, (_, group) =>
    median(values.subarray(start(group), start(group + 1))),
  );
}

/**
 * Slices of two sessions, with each assignment of the arms given the same weight. Undefined where one
 * assignment is missing: the sessions' own shares would be in the figure.
 */
export function sessionsFigures(slices: readonly SliceFigures[]): SessionsFigures | undefined {
  const straight = slices.filter((slice) => !slice.swapped);
  const swapped = slices.filter((slice) => slice.swapped);
  if (straight.length === 0 || swapped.length === 0) return undefined;
  const both = (of: (slice: SliceFigures) => number): number =>
    (mean(straight.map(of)) + mean(swapped.map(of))) / 2;
  const tail = (percentile: 'p95Ns' | 'p99Ns'): number =>
    // NaN where an arm of a slice has no such percentile
    both((slice) => Number(slice.treatment[percentile]) - Number(slice.control[percentile]));
  const [p95, p99] = [tail('p95Ns'), tail('p99Ns')];
  return {
    pairs: slices.reduce((sum, slice) => sum + slice.pairs, 0),
    differenceNs: both((slice) => slice.differenceNs),
    logRatios: [straight, swapped].map((slices) => slices.flatMap(({ logRatios }) => logRatios)),
    controlNs: both((slice) => slice.control.medianNs),
    ...(Number.isNaN(p95) ? {} : { p95DifferenceNs: p95 }),
    ...(Number.isNaN(p99) ? {} : { p99DifferenceNs: p99 }),
  };
}

/**
 * Intervals may miss the truth only so much as often as they are allowed to: a series is looked at again and
 * again until one is narrow, and one of few sessions holds a little less than it says. `npm run
 * bench:coverage` shows what is left of the ratio's: 95 to 98 of 100 modelled series.
 */
const shareOfMisses = { ratio: 0.7, difference: 0.5 } as const;

/** The figure of all sessions so far. Of fewer than six the intervals are unbounded. */
export function pairedEstimate(
  sessions: readonly SessionsFigures[],
  wanted: number,
): PairedEstimate {
  const confidence = 1 - (1 - wanted) * shareOfMisses.difference;
  const tail = (of: 'p95DifferenceNs' | 'p99DifferenceNs'): Estimate | undefined => {
    const values = sessions.flatMap((one) => one[of] ?? []);
    return values.length < fewestForTrimmedMean ? undefined : trimmedMean(values, confidence);
  };
  const [p95Difference, p99Difference] = [tail('p95DifferenceNs'), tail('p99DifferenceNs')];
  return {
    ratio: ratioOf(sessions, 1 - (1 - wanted) * shareOfMisses.ratio),
    difference: trimmedMean(
      sessions.map(({ differenceNs }) => differenceNs),
      confidence,
    ),
    baselineNs: median(sessions.map(({ controlNs }) => controlNs)),
    ...(p95Difference === undefined ? {} : { p95Difference }),
    ...(p99Difference === undefined ? {} : { p99Difference }),
  };
}

/**
 * The ratio of single pairs, not of added time and time without: what slows the machine for some pairs slows
 * both of their statements by the same factor, so that the ratio scatters less.
 */
function ratioOf(sessions: readonly SessionsFigures[], confidence: number): Estimate {
  const { value, low, high, samples } = clusteredTrimmedMean(
    sessions.map(({ logRatios }) => logRatios),
    confidence,
  );
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high), samples };
}

/** When a figure has enough: the rule is fixed before the run. */
export interface StoppingRule {
  readonly confidence: number;
  /** Half of the ratio's interval at most. */
  readonly wantedHalfWidth: number;
  /** Never stop before so many sessions. */
  readonly fewestSessions: number;
  /** Nor before so many pairs. */
  readonly fewestPairs?: number | undefined;
}

/** Whether the ratio's interval is as narrow as wanted. Looks at its width alone, never at where it lies. */
export function isPreciseEnough(
  sessions: readonly SessionsFigures[],
  { confidence, wantedHalfWidth, fewestSessions, fewestPairs = 0 }: StoppingRule,
): boolean {
  if (sessions.length < fewestSessions) return false;
  if (sessions.reduce((sum, { pairs }) => sum + pairs, 0) < fewestPairs) return false;
  const { low, high } = pairedEstimate(sessions, confidence).ratio;
  return (high - low) / 2 <= wantedHalfWidth;
}
