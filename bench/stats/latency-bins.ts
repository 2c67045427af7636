import { itemAt } from '../../db/item-at.ts';

/**
 * Latency in bins a sixteenth of an octave wide (4.4 %), for each second of a load and each thread. Whole runs
 * have a LatencyHistogram (histogram.ts), which is no replacement: it is exact to three digits, and text of
 * some kilobytes each, of which load.json would hold one a second; and these counts are read by the page as
 * they are, without a library.
 */
const binsPerOctave = 16;

/** Below ten microseconds no round trip ends; the last bin begins beyond an hour. */
const lowestUs = 10;
const binCount = Math.ceil(Math.log2(3.6e9 / lowestUs)) * binsPerOctave + 1;

/** The bin of a latency. */
function binOf(latencyMs: number): number {
  const bin = Math.floor(Math.log2((latencyMs * 1000) / lowestUs) * binsPerOctave);
  return bin < 0 ? 0 : bin < binCount ? bin : binCount - 1;
}

/** Where a bin begins, in milliseconds. */
function binStartMs(bin: number): number {
  return (lowestUs * 2 ** (bin / binsPerOctave)) / 1000;
}

/** Counts by bin, without the empty ones: bin, count, bin, count … */
export type SparseBins = readonly number[];

/** The bins as ranges of latency, for drawing. */
export function binRanges(
  bins: SparseBins,
): readonly { readonly fromMs: number; readonly toMs: number; readonly count: number }[] {
  const ranges: { fromMs: number; toMs: number; count: number }[] = [];
  for (let at = 0; at < bins.length; at += 2) {
    const [bin, count] = [itemAt(bins, at), itemAt(bins, at + 1)];
    ranges.push({ fromMs: binStartMs(bin), toMs: binStartMs(bin + 1), count });
  }
  return ranges;
}

/** Counts by bin. */
export class LatencyBins {
  readonly #counts = new Uint32Array(binCount);
  samples = 0;
  maxMs = 0;

  /** Notes one latency. */
  record(latencyMs: number): void {
    const bin = binOf(latencyMs);
    this.#counts[bin] = itemAt(this.#counts, bin) + 1;
    this.samples++;
    if (latencyMs > this.maxMs) this.maxMs = latencyMs;
  }

  /** Adds another's counts. */
  add(bins: SparseBins, maxMs: number): void {
    for (let at = 0; at < bins.length; at += 2) {
      const [bin, count] = [itemAt(bins, at), itemAt(bins, at + 1)];
      this.#counts[bin] = itemAt(this.#counts, bin) + count;
      this.samples += count;
    }
    this.maxMs = Math.max(this.maxMs, maxMs);
  }

  /** The latency that this share (0 to 100) of the samples does not exceed: the middle of its bin. */
  percentileMs(percentile: number): number | undefined {
    if (this.samples === 0) return undefined;
    const wanted = (percentile / 100) * this.samples;
    let seen = 0;
    for (let bin = 0; bin < binCount; bin++) {
      seen += itemAt(this.#counts, bin);
      if (seen >= wanted) return Math.min(binStartMs(bin + 0.5), this.maxMs);
    }
    return this.maxMs;
  }

  /** The counts without the empty bins. */
  sparse(): SparseBins {
    const result: number[] = [];
    for (let bin = 0; bin < binCount; bin++) {
      const count = itemAt(this.#counts, bin);
      if (count > 0) result.push(bin, count);
    }
    return result;
  }
}
