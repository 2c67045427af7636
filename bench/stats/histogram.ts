import * as hdr from 'hdr-histogram-js';
import type { Percentiles } from './percentiles.ts';

export type { Percentiles };

/** What a percentile needs behind it before it is quoted: ten samples beyond it. */
const samplesBeyond = 10;

const settings = {
  lowestDiscernibleValue: 1,
  highestTrackableValue: 3_600_000_000_000, // an hour
  numberOfSignificantValueDigits: 3,
  bitBucketSize: 'packed',
  useWebAssembly: false,
} as const;

/** A latency distribution in nanoseconds, three significant digits, to one hour. */
export class LatencyHistogram {
  readonly #histogram: hdr.Histogram;

  private constructor(histogram: hdr.Histogram) {
    this.#histogram = histogram;
  }

  /** An empty one. `fast` trades some hundred kilobytes of memory for quicker recording. */
  static create(memory: 'fast' | 'small' = 'fast'): LatencyHistogram {
    return new LatencyHistogram(
      hdr.build({ ...settings, bitBucketSize: memory === 'fast' ? 64 : 'packed' }),
    );
  }

  /** Reads what `encode()` wrote, or any HdrHistogram V2 in base64; not packed, which is many times slower to read from. */
  static decode(encoded: string): LatencyHistogram {
    return new LatencyHistogram(
      hdr.decodeFromCompressedBase64(encoded, 64, settings.useWebAssembly),
    );
  }

  /** The sum of distributions. Percentiles cannot be merged; histograms can. */
  static merge(histograms: readonly LatencyHistogram[]): LatencyHistogram {
    const merged = LatencyHistogram.create();
    for (const histogram of histograms) merged.add(histogram);
    return merged;
  }

  /** Notes one latency; less than a nanosecond counts as one, more than an hour as an hour. */
  record(latencyNs: number, times = 1): void {
    const bounded = Math.min(Math.max(1, Math.round(latencyNs)), settings.highestTrackableValue);
    this.#histogram.recordValueWithCount(bounded, times);
  }

  /** Adds another's samples to this one. */
  add(other: LatencyHistogram): void {
    if (other.samples > 0) this.#histogram.add(other.#histogram);
  }

  get samples(): number {
    return this.#histogram.totalCount;
  }

  /** The latency that `percentile` (0 to 100) of the samples do not exceed; undefined with too few samples to say. */
  percentile(percentile: number): number | undefined {
    const beyond = (this.samples * (100 - percentile)) / 100;
    // rounded, because 100 - 99.9 is 0.09999…
    if (this.samples === 0 || Math.round(beyond * 1e6) / 1e6 < requiredBeyond(percentile)) {
      return undefined;
    }
    return this.#histogram.getValueAtPercentile(percentile);
  }

  /** As fine as the buckets are (three digits), so that it is the same after encoding. */
  get minNs(): number | undefined {
    return this.samples === 0 ? undefined : this.#histogram.getValueAtPercentile(0);
  }

  get maxNs(): number | undefined {
    return this.samples === 0 ? undefined : this.#histogram.getValueAtPercentile(100);
  }

  get meanNs(): number | undefined {
    return this.samples === 0 ? undefined : this.#histogram.mean;
  }

  /** Compact text that `decode()` and other HdrHistogram tools read. */
  encode(): string {
    return hdr.encodeIntoCompressedBase64(this.#histogram);
  }

  /** The percentiles that results.json keeps. */
  summary(): Percentiles {
    return {
      p50: this.percentile(50) ?? null,
      p75: this.percentile(75) ?? null,
      p90: this.percentile(90) ?? null,
      p95: this.percentile(95) ?? null,
      p99: this.percentile(99) ?? null,
      p999: this.percentile(99.9) ?? null,
      p9999: this.percentile(99.99) ?? null,
      min: this.minNs ?? null,
      max: this.maxNs ?? null,
      mean: this.meanNs ?? null,
    };
  }

  /**
   * The whole distribution as steps for drawing: the share of samples at or below each latency,
   * with `pointsPerTenfold` points for every further nine of the percentile, up to the maximum.
   */
  curve(pointsPerTenfold = 20): readonly { share: number; latencyNs: number }[] {
    if (this.samples === 0) return [];
    const points: { share: number; latencyNs: number }[] = [];
    const tenfolds = Math.log10(this.samples);
    for (let step = 0; step <= Math.ceil(tenfolds * pointsPerTenfold); step++) {
      const beyond = 10 ** -(step / pointsPerTenfold);
      const share = Math.min(1 - beyond, 1 - 1 / this.samples);
      points.push({ share, latencyNs: this.#histogram.getValueAtPercentile(share * 100) });
    }
    points.push({ share: 1, latencyNs: this.#histogram.getValueAtPercentile(100) });
    return points;
  }
}

function requiredBeyond(percentile: number): number {
  return percentile <= 50 ? 1 : percentile <= 90 ? 2 : samplesBeyond;
}
