import { itemAt } from '../../../db/item-at.ts';
import { LatencyBins } from '../../stats/latency-bins.ts';
import { thousandths } from '../../stats/thousandths.ts';
import type { TimelineInterval } from '../results/results.ts';
import { addCounts, noCounts, type RecordedCounts } from './counts.ts';
import type { IntervalReport } from './recorder.ts';
import type { ServerSample } from './sampler.ts';

interface Bucket {
  offered: number;
  readonly counts: RecordedCounts;
  readonly bins: LatencyBins;
  behindMs: number;
  utilisation: number;
  samples: number;
  readonly waits: Record<string, number>;
  readonly autovacuums: Set<string>;
  checkpointing: boolean;
  walBytes: number;
}

/** Buckets kept: when there are more, neighbours are joined, so that a soak takes no more memory. */
const mostBuckets = 1_200;

/** The run in time, at first second by second. */
export class Timeline {
  #buckets: Bucket[] = [];
  #lengthS = 1;
  #walBytes: number | undefined;

  /** Adds what a worker did in a second. */
  addReport(report: IntervalReport): void {
    const bucket = this.#bucket(report.second);
    bucket.offered += report.offered;
    addCounts(bucket.counts, report.counts);
    bucket.behindMs = Math.max(bucket.behindMs, report.behindMs);
    bucket.utilisation = Math.max(bucket.utilisation, report.utilisation);
    for (const { second: intended, bins, maxMs } of report.intended) {
      this.#bucket(intended).bins.add(bins, maxMs);
    }
  }

  /** Adds how the server looked in a second. */
  addSample(second: number, sample: ServerSample): void {
    const bucket = this.#bucket(second);
    bucket.samples++;
    for (const [wait, sessions] of Object.entries(sample.waits)) {
      bucket.waits[wait] = (bucket.waits[wait] ?? 0) + sessions;
    }
    for (const autovacuum of sample.autovacuums) bucket.autovacuums.add(autovacuum);
    bucket.checkpointing ||= sample.checkpointing;
    if (this.#walBytes !== undefined)
      bucket.walBytes += Math.max(0, sample.walBytes - this.#walBytes);
    this.#walBytes = sample.walBytes;
  }

  /** The intervals so far. */
  intervals(): readonly TimelineInterval[] {
    return this.#buckets.map((bucket, index) => ({
      startS: index * this.#lengthS,
      lengthS: this.#lengthS,
      offered: bucket.offered,
      counts: bucket.counts,
      latencyBins: bucket.bins.sparse(),
      p50Ms: roundOrNull(bucket.bins.percentileMs(50)),
      p99Ms: roundOrNull(bucket.bins.percentileMs(99)),
      maxMs: thousandths(bucket.bins.maxMs),
      behindMs: thousandths(bucket.behindMs),
      utilisation: thousandths(bucket.utilisation),
      server: {
        samples: bucket.samples,
        waits: bucket.waits,
        autovacuums: [...bucket.autovacuums],
        checkpointing: bucket.checkpointing,
        walBytes: bucket.walBytes,
      },
    }));
  }

  #bucket(second: number): Bucket {
    while (Math.floor(second / this.#lengthS) >= mostBuckets) this.#join();
    const index = Math.floor(second / this.#lengthS);
    while (this.#buckets.length <= index) this.#buckets.push(emptyBucket());
    return itemAt(this.#buckets, index);
  }

  #join(): void {
    const joined: Bucket[] = [];
    for (let at = 0; at < this.#buckets.length; at += 2) {
      const [first, second] = [this.#buckets[at], this.#buckets[at + 1]];
      if (first === undefined) continue;
      if (second !== undefined) mergeInto(first, second);
      joined.push(first);
    }
    this.#buckets = joined;
    this.#lengthS *= 2;
  }
}

function emptyBucket(): Bucket {
  return {
    offered: 0,
    counts: noCounts(),
    bins: new LatencyBins(),
    behindMs: 0,
    utilisation: 0,
    samples: 0,
    waits: {},
    autovacuums: new Set(),
    checkpointing: false,
    walBytes: 0,
  };
}

function mergeInto(bucket: Bucket, other: Bucket): void {
  bucket.offered += other.offered;
  addCounts(bucket.counts, other.counts);
  bucket.bins.add(other.bins.sparse(), other.bins.maxMs);
  bucket.behindMs = Math.max(bucket.behindMs, other.behindMs);
  bucket.utilisation = Math.max(bucket.utilisation, other.utilisation);
  bucket.samples += other.samples;
  for (const [wait, sessions] of Object.entries(other.waits)) {
    bucket.waits[wait] = (bucket.waits[wait] ?? 0) + sessions;
  }
  for (const autovacuum of other.autovacuums) bucket.autovacuums.add(autovacuum);
  bucket.checkpointing ||= other.checkpointing;
  bucket.walBytes += other.walBytes;
}

function roundOrNull(valueMs: number | undefined): number | null {
  return valueMs === undefined ? null : thousandths(valueMs);
}
