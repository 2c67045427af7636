import { LatencyHistogram } from '../stats/histogram.ts';
import { median } from '../stats/median.ts';
import type { WorkerResult } from './client/worker.ts';
import type { TrialOptions } from './options/trial-options.ts';
import { addCounts, noCounts } from './record/counts.ts';
import { type LatencyClass, latencyClasses } from './record/recorder.ts';
import { commonSilences } from './record/silences.ts';
import type {
  Latency,
  Limit,
  LoadError,
  LoadTrial,
  Processors,
  ServerDeltas,
  TimelineInterval,
  Verification,
} from './results/results.ts';

/** Everything that was measured of one load. */
export interface TrialMeasured {
  readonly options: TrialOptions;
  readonly workers: number;
  readonly startedAt: string;
  /** Of the clock that all threads share. */
  readonly startMs: number;
  readonly elapsedMs: number;
  readonly interrupted: boolean;
  readonly processors: Processors;
  readonly results: readonly WorkerResult[];
  readonly intervals: readonly TimelineInterval[];
  readonly server: ServerDeltas | undefined;
  readonly verification: Verification;
}

/** The figures of one load, merged over its workers. */
export function describeTrial(measured: TrialMeasured): LoadTrial {
  const { options, results, elapsedMs, server } = measured;
  const counts = noCounts();
  for (const { totals } of results) addCounts(counts, totals.counts);
  const merged = (name: LatencyClass): LatencyHistogram =>
    LatencyHistogram.merge(
      results.map(({ totals }) => LatencyHistogram.decode(totals.latency[name])),
    );
  const classes = latencyClasses.map((name) => [name, merged(name)] as const);
  const all = LatencyHistogram.merge(classes.map(([, histogram]) => histogram));
  const latency = Object.fromEntries(
    [...classes, ['all', all] as const].map(([name, histogram]) => [name, describe(histogram)]),
  ) as LoadTrial['latency'];
  const lateness = describe(
    LatencyHistogram.merge(results.map(({ totals }) => LatencyHistogram.decode(totals.lateness))),
  );
  const offeredS = Math.max(0.001, Math.min(options.durationMs, elapsedMs) / 1000);
  return {
    design: options.design.name,
    check: options.check,
    mix: options.mix,
    rate: options.rate,
    loop: options.rate === 'max' ? 'closed' : 'open',
    clients: options.clients,
    workers: measured.workers,
    isolation: options.isolation,
    startedAt: measured.startedAt,
    plannedS: options.durationMs / 1000,
    elapsedS: Math.round(elapsedMs) / 1000,
    interrupted: measured.interrupted,
    processors: measured.processors,
    counts,
    unserved: results.reduce((sum, { unserved }) => sum + unserved, 0),
    offeredPerSecond:
      options.rate === 'max'
        ? null
        : Math.round(
            (10 * measured.intervals.reduce((sum, { offered }) => sum + offered, 0)) / offeredS,
          ) / 10,
    donePerSecond: doneWhileOffered(measured.intervals, offeredS),
    latency,
    lateness,
    errors: mergeErrors(results),
    ...longestSilence(measured),
    limit: findLimit(measured, latency.all, lateness),
    intervals: measured.intervals,
    ...(server === undefined ? {} : { server }),
    verification: measured.verification,
    kept: options.keep,
  };
}

function describe(histogram: LatencyHistogram): Latency {
  const ms = (percentile: number): number | null => toMs(histogram.percentile(percentile));
  return {
    samples: histogram.samples,
    p50Ms: ms(50),
    p90Ms: ms(90),
    p99Ms: ms(99),
    p999Ms: ms(99.9),
    p9999Ms: ms(99.99),
    maxMs: toMs(histogram.maxNs),
    histogram: histogram.encode(),
  };
}

function toMs(ns: number | undefined): number | null {
  return ns === undefined ? null : Math.round(ns / 1000) / 1000;
}

/** Answers in the time in which operations were offered: what was worked off afterwards does not count. */
function doneWhileOffered(intervals: readonly TimelineInterval[], offeredS: number): number | null {
  const within = intervals.filter(({ startS, lengthS }) => startS + lengthS <= offeredS + 0.5);
  const seconds = within.reduce((sum, { lengthS }) => sum + lengthS, 0);
  const done = within.reduce((sum, { counts }) => sum + counts.done, 0);
  return seconds === 0 ? null : Math.round((10 * done) / seconds) / 10;
}

function mergeErrors(results: readonly WorkerResult[]): LoadTrial['errors'] {
  const merged: Record<string, LoadError> = {};
  for (const { totals } of results) {
    for (const [sqlState, more] of Object.entries(totals.errors)) {
      const known = merged[sqlState];
      merged[sqlState] = {
        answers: more.answers + (known?.answers ?? 0),
        connecting: more.connecting + (known?.connecting ?? 0),
        failed: more.failed + (known?.failed ?? 0),
        message: known?.message ?? more.message,
      };
    }
  }
  return merged;
}

/** The longest time in which no worker had an answer. */
function longestSilence({ results, startMs }: TrialMeasured): Pick<LoadTrial, 'silence'> {
  const [longest] = commonSilences(results.map(({ totals }) => totals.silences));
  if (longest === undefined) return {};
  const seconds = (ms: number): number => Math.round(ms) / 1000;
  const { fromMs, toMs } = longest;
  return { silence: { startS: seconds(fromMs - startMs), lengthS: seconds(toMs - fromMs) } };
}

/** An event loop that is busier than this delays what it times. */
const busyUtilisation = 0.95;
/** Lateness of the generator that is no matter: a timer's resolution. */
const harmlessLatenessMs = 1;

/** Says whether the generator or the server was the limit. */
function findLimit(measured: TrialMeasured, all: Latency, lateness: Latency): Limit {
  const { options, intervals, results } = measured;
  const busiest = median(intervals.map(({ utilisation }) => utilisation));
  if (busiest > busyUtilisation) {
    return {
      by: 'generator',
      reason: `a thread of the generator was busy ${Math.round(busiest * 100)} % of the time: use more --workers, or another machine`,
    };
  }
  const [lateP99, p99] = [lateness.p99Ms, all.p99Ms];
  const isLate = lateP99 !== null && lateP99 > harmlessLatenessMs;
  if (isLate && p99 !== null && lateP99 > p99 / 2) {
    return {
      by: 'generator',
      reason: `operations started ${lateP99} ms late (p99) although a connection was free, and p99 is ${p99} ms`,
    };
  }
  const { count, busy, generator } = measured.processors;
  const full =
    busy > count * busyUtilisation
      ? `; all ${count} processors were at work, ${generator} of them for the generator`
      : '';
  if (options.rate === 'max') {
    return { by: 'server', reason: `closed loop: all connections waited for the server${full}` };
  }
  const unserved = results.reduce((sum, result) => sum + result.unserved, 0);
  const furthestMs = Math.max(0, ...intervals.map(({ behindMs }) => behindMs));
  if (unserved > 0 || furthestMs > 1_000) {
    return {
      by: 'server',
      reason: `the server could not keep the rate: operations waited up to ${(furthestMs / 1000).toFixed(1)} s for a free connection${full}`,
    };
  }
  return { by: 'none', reason: 'the rate was kept' };
}
