import type { IsolationLevel } from '../../db/contract.ts';
import type { Environment } from '../results/results.ts';
import type { Rate } from './client/worker-options.ts';
import type { Counts } from './record/counts.ts';
import type { Processors } from './record/processors.ts';
import type { LatencyClass } from './record/recorder.ts';
import type { ServerDeltas } from './record/server-counters.ts';
import type { TimelineInterval } from './record/timeline.ts';
import type { Verification } from './verify/verify.ts';
import type { Mix } from './workload/mix.ts';

/**
 * load.json: everything that a load run measured. The page is a function of it. `formatVersion` goes
 * up when a reader of the older shape would misread the newer one.
 */
export const loadFormatVersion = 2;

/** One command: one or more trials, and what they were for. */
export interface LoadResults {
  readonly formatVersion: typeof loadFormatVersion;
  readonly kind: 'load';
  /** The folder under reports/. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly commandLine: string;
  /** False where the run was interrupted. */
  readonly complete: boolean;
  readonly scale: string;
  readonly seed: number;
  readonly environment: Environment;
  /** Each a load of its own: another design, another rate of a ramp, another side of a comparison. */
  readonly trials: readonly LoadTrial[];
  readonly ramps: readonly RampResult[];
  readonly pgbench?: ClosedLoopComparison;
}

/** One load, from its first arrival to its verification. */
export interface LoadTrial {
  readonly design: string;
  readonly mix: Mix;
  /** Offered operations a second, sends and reports together, or `max` for the closed loop. */
  readonly rate: Rate;
  /** open: latency counts from the intended start. closed: from the start. */
  readonly loop: 'open' | 'closed';
  readonly clients: number;
  readonly workers: number;
  readonly isolation: IsolationLevel | 'default';
  readonly startedAt: string;
  readonly plannedS: number;
  /** Until the last answer. */
  readonly elapsedS: number;
  readonly interrupted: boolean;
  /** Of the machine that the generator runs on. */
  readonly processors: Processors;
  readonly counts: Counts;
  /** Operations that were due and never started: the server was too far behind at the end. */
  readonly unserved: number;
  /** Operations that became due, a second: fewer than asked for where refused sends bring no reports; null in a closed loop. */
  readonly offeredPerSecond: number | null;
  /** Answered operations a second, over the time in which they were offered. */
  readonly donePerSecond: number;
  readonly latency: Readonly<Record<LatencyClass | 'all', Latency>>;
  /** How late operations started although a connection was free. */
  readonly lateness: Latency;
  /** Failures for good, by SQLSTATE. */
  readonly errors: Readonly<Record<string, { readonly count: number; readonly message: string }>>;
  readonly limit: Limit;
  readonly intervals: readonly TimelineInterval[];
  /** Undefined where the server's counters were reset in between, as after a crash. */
  readonly server?: ServerDeltas;
  readonly verification: Verification;
  /** Whether what the run made is still there. */
  readonly kept: boolean;
}

/** A distribution. Percentiles with too few samples behind them are null. */
export interface Latency {
  readonly samples: number;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
  readonly p999Ms: number | null;
  readonly p9999Ms: number | null;
  readonly maxMs: number | null;
  /** HdrHistogram V2 in nanoseconds, compressed, base64: can be merged with others. */
  readonly histogram: string;
}

/** What kept the load from being more, as far as can be told. */
export interface Limit {
  /** `generator`: the figures say more of the generator than of the server. */
  readonly by: 'none' | 'server' | 'generator';
  readonly reason: string;
}

/** The search for the highest rate that keeps an objective. */
export interface RampResult {
  readonly design: string;
  readonly from: number;
  readonly to: number;
  readonly objective: string;
  /** The highest rate that kept it; null where not even the lowest did. */
  readonly highestRate: number | null;
  /** The lowest rate that was tried and did not keep it; null where all did. */
  readonly lowestMiss: number | null;
  readonly rates: readonly RampRate[];
  /** One sentence: what gave way. */
  readonly finding: string;
}

/** One rate of a ramp; its trial is among the trials, in the same order. */
export interface RampRate {
  readonly rate: number;
  readonly kept: boolean;
  /** Why not, or the figures that kept it. */
  readonly reason: string;
}

/** The generator's closed loop against pgbench's, in turns. */
export interface ClosedLoopComparison {
  readonly version: string;
  readonly statement: string;
  readonly clients: number;
  readonly blockS: number;
  readonly pairs: readonly { readonly ours: number; readonly pgbench: number }[];
  /** Median of the pairs' ratios, ours over pgbench's. */
  readonly ratio: number;
}
