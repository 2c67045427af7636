import type { Second } from '../load/options/trial-options.ts';
import { togetherOf } from '../load/together.ts';
import { binRanges } from '../stats/latency-bins.ts';

/** A second of a load, as the live page draws it. */
export interface LiveSecond {
  readonly second: number;
  readonly offered: number;
  readonly done: number;
  readonly refused: number;
  readonly errors: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** How many operations took how long: from, to (milliseconds), count. */
  readonly latencies: readonly (readonly [fromMs: number, toMs: number, count: number])[];
  /** Sessions at work by what they waited for. */
  readonly waits: Readonly<Record<string, number>>;
}

/** What is shown of a second. */
export function secondOfLoad(shown: Second): LiveSecond {
  const { second, sample } = shown;
  const { bins, sum } = togetherOf(shown);
  return {
    second,
    offered: sum((each) => each.offered),
    done: sum(({ counts }) => counts.done),
    refused: sum(({ counts }) => counts.refused),
    errors: sum(({ counts }) => counts.errors),
    p50Ms: bins.percentileMs(50),
    p99Ms: bins.percentileMs(99),
    latencies: binRanges(bins.sparse()).map(({ fromMs, toMs, count }) => [fromMs, toMs, count]),
    waits: sample?.waits ?? {},
  };
}
