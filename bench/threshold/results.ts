import type { Environment } from '../results/results.ts';
import type { Percentiles } from '../stats/histogram.ts';

/** Goes up when a reader of the older shape would misread the newer one. */
export const thresholdFormatVersion = 1;

/** threshold.json: what it took to change how many profiles block a number, while messages were sent. */
export interface ThresholdResults {
  readonly formatVersion: typeof thresholdFormatVersion;
  readonly kind: 'threshold';
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly commandLine: string;
  /** tiny, small … or the number of messages as text. */
  readonly scale: string;
  readonly optOuts: number;
  readonly steps: readonly ThresholdStep[];
  readonly environment: Environment;
}

/** One change, in one transaction. */
export interface ThresholdStep {
  readonly from: number;
  readonly to: number;
  /** The statement's time, its commit included. */
  readonly seconds: number;
  /** Numbers that the change blocked and unblocked, and how many are blocked after it. */
  readonly blocked: number;
  readonly unblocked: number;
  readonly blockedAfter: number;
  /** Messages sent to a number that nobody opted out of, one after another, while it ran. */
  readonly sends: { readonly accepted: number; readonly percentiles: Percentiles };
  /** Sends to a number that is blocked before and after; `accepted` must be 0. */
  readonly probes: { readonly refused: number; readonly accepted: number };
}
