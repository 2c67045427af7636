import type { ServerError } from '../../protocol/messages.ts';
import { LatencyHistogram } from '../../stats/histogram.ts';
import { LatencyBins, type SparseBins } from '../../stats/latency-bins.ts';
import type * as results from '../results/results.ts';
import { addCounts, noCounts, type RecordedCounts } from './counts.ts';
import { type Silence, Silences } from './silences.ts';

/** How often an error came, while it is counted. */
type RecordedError = { -readonly [Name in keyof results.LoadError]: results.LoadError[Name] };

/** What stands in the place of an SQLSTATE where a connection broke and the server had said nothing. */
const lostState = 'lost';
const lostMessage = 'the connection broke without a word';

/** Operations whose latencies are kept apart. */
export const latencyClasses = ['accepted', 'refused', 'report', 'optedOut'] as const;
export type LatencyClass = (typeof latencyClasses)[number];

/** What a worker says of a second: counts by when operations ended, latencies by when they were meant to start. */
export interface IntervalReport {
  /** Since the run's start. */
  readonly second: number;
  /** The worker has ended: there is no more. */
  readonly last: boolean;
  /** Operations that became due, whatever became of them. */
  readonly offered: number;
  readonly counts: RecordedCounts;
  readonly intended: readonly {
    readonly second: number;
    readonly bins: SparseBins;
    readonly maxMs: number;
  }[];
  readonly ended: SparseBins;
  readonly endedMaxMs: number;
  /** How far the oldest operation that has not started is behind its time. */
  readonly behindMs: number;
  /** Share of the time that the worker's event loop was busy. */
  readonly utilisation: number;
}

/** The whole run of a worker. */
export interface WorkerTotals {
  readonly counts: RecordedCounts;
  /** HdrHistograms in nanoseconds, encoded. */
  readonly latency: Readonly<Record<LatencyClass, string>>;
  /** How late operations started although a connection was free: the generator's own doing. */
  readonly lateness: string;
  readonly errors: Readonly<Record<string, RecordedError>>;
  /** The longest times between two answers. */
  readonly silences: readonly Silence[];
}

/** Counts and times the operations of one worker. */
export class Recorder {
  readonly #startMs: number;
  readonly #total = noCounts();
  readonly #latency: Readonly<Record<LatencyClass, LatencyHistogram>>;
  readonly #lateness = LatencyHistogram.create();
  readonly #errors: Record<string, RecordedError> = {};
  readonly #silences = new Silences();
  #intended = new Map<number, LatencyBins>();
  #ended = new LatencyBins();
  /** Since the last report. */
  counts = noCounts();

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#latency = {
      accepted: LatencyHistogram.create(),
      refused: LatencyHistogram.create(),
      report: LatencyHistogram.create(),
      optedOut: LatencyHistogram.create(),
    };
  }

  /** Notes the latency of an answered operation, from its intended start. */
  answered(latencyClass: LatencyClass, intendedMs: number, nowMs: number): void {
    const latencyMs = nowMs - intendedMs;
    this.counts.done++;
    this.#silences.answered(nowMs);
    this.#latency[latencyClass].record(latencyMs * 1e6);
    this.#ended.record(latencyMs);
    const second = Math.max(0, Math.floor((intendedMs - this.#startMs) / 1000));
    let bins = this.#intended.get(second);
    if (bins === undefined) {
      bins = new LatencyBins();
      this.#intended.set(second, bins);
    }
    bins.record(latencyMs);
  }

  /** Notes how late an operation started although a connection was free. */
  startedLate(latenessMs: number): void {
    this.#lateness.record(latenessMs * 1e6);
  }

  /** Notes an error: what a statement was answered with, or an attempt to connect. */
  error(error: Partial<ServerError>, when: 'answers' | 'connecting'): void {
    this.#errorOf(error)[when]++;
  }

  /** Notes that an error, which is noted already, has ended an operation for good. */
  failed(error: ServerError): void {
    this.counts.errors++;
    this.#errorOf(error).failed++;
  }

  #errorOf({ sqlState = lostState, message = lostMessage }: Partial<ServerError>): RecordedError {
    this.#errors[sqlState] ??= { answers: 0, connecting: 0, failed: 0, message };
    return this.#errors[sqlState];
  }

  /** What happened since the last call. */
  takeReport(
    at: Pick<IntervalReport, 'second' | 'last' | 'offered' | 'behindMs' | 'utilisation'>,
  ): IntervalReport {
    const report: IntervalReport = {
      ...at,
      counts: this.counts,
      intended: [...this.#intended].map(([second, bins]) => ({
        second,
        bins: bins.sparse(),
        maxMs: bins.maxMs,
      })),
      ended: this.#ended.sparse(),
      endedMaxMs: this.#ended.maxMs,
    };
    addCounts(this.#total, this.counts);
    this.counts = noCounts();
    this.#intended = new Map();
    this.#ended = new LatencyBins();
    return report;
  }

  /** The whole run; after the last `takeReport`. */
  totals(): WorkerTotals {
    const encode = (name: LatencyClass): string => this.#latency[name].encode();
    return {
      counts: this.#total,
      latency: {
        accepted: encode('accepted'),
        refused: encode('refused'),
        report: encode('report'),
        optedOut: encode('optedOut'),
      },
      lateness: this.#lateness.encode(),
      errors: this.#errors,
      silences: this.#silences.longest,
    };
  }
}
