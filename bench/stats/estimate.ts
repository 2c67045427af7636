/** A figure with the interval that holds it. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}
