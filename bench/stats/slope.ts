import type { EstimateRange } from './estimate.ts';
import { mean } from './mean.ts';
import { studentT } from './student-t.ts';

/** A point of a series. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Stretches of a series: few, so that each is long beside the time for which neighbours depend on each other. */
const batches = 10;
/** Fewer points than this a stretch say too little. */
const fewestEach = 3;

/**
 * How much a series grows per unit of x, with its 95 % interval; undefined for fewer than thirty points.
 *
 * Neighbours in time depend on each other, and a straight line through all points would have too narrow an
 * interval. So the series is cut into ten stretches of equally many points, whose means are as good as
 * independent, and the line goes through those (the method of batch means: R. W. Conway, "Some Tactical
 * Problems in Digital Simulation", 1963; Law and Kelton, "Simulation Modeling and Analysis", chapter 9).
 * Least squares; Student's t with eight degrees of freedom.
 *
 * @param points in the order of x
 */
export function slopeOf(points: readonly Point[]): EstimateRange | undefined {
  if (points.length < batches * fewestEach) return undefined;
  const means = Array.from({ length: batches }, (_, batch) => {
    const from = Math.floor((batch * points.length) / batches);
    const to = Math.floor(((batch + 1) * points.length) / batches);
    const part = points.slice(from, to);
    return { x: mean(part.map(({ x }) => x)), y: mean(part.map(({ y }) => y)) };
  });
  const [middleX, middleY] = [mean(means.map(({ x }) => x)), mean(means.map(({ y }) => y))];
  const sum = (of: (point: Point) => number): number =>
    means.reduce((total, point) => total + of(point), 0);
  const spread = sum(({ x }) => (x - middleX) ** 2);
  if (spread === 0) return undefined;
  const value = sum(({ x, y }) => (x - middleX) * (y - middleY)) / spread;
  const residual = sum(({ x, y }) => (y - middleY - value * (x - middleX)) ** 2);
  const error = Math.sqrt(residual / (batches - 2) / spread);
  const half = studentT(0.975, batches - 2) * error;
  return { value, low: value - half, high: value + half };
}
