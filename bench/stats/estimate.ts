/** A figure, the interval that holds it, and how many samples stand behind it. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly samples: number;
}

/** What of an estimate is shown: the figure and its interval. */
export type EstimateRange = Omit<Estimate, 'samples'>;
