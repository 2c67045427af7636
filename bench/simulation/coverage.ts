import {
  isPreciseEnough,
  pairedEstimate,
  type SessionsFigures,
  type StoppingRule,
  sessionsFigures,
  sliceFigures,
} from '../stats/paired-estimate.ts';
import { Draws } from '../stats/random.ts';
import type { LatencyModel } from './models.ts';

/** One cell of the table: how often the interval held the truth. */
export interface Coverage {
  readonly series: number;
  /** 0 to 1. */
  readonly held: number;
  /** Of series that stopped because they were precise enough. */
  readonly stoppedEarly: number;
  /** Mean of the ratios found. */
  readonly meanRatio: number;
  /** Mean half-width of the ratios' intervals. */
  readonly meanHalfWidth: number;
}

/** How long a series may become, and its slices. */
export interface SeriesShape {
  readonly pairsPerSlice: number;
  readonly slicesPerSessions: number;
  readonly mostSessions: number;
}

/**
 * Runs so many series of one model and one true ratio through what a bench does with its latencies:
 * slices, changing arms, sessions opened anew, the stopping rule, the estimate.
 *
 * @param seed the same seed gives the same series
 */
export function coverageOf(
  model: LatencyModel,
  ratio: number,
  rule: StoppingRule,
  shape: SeriesShape,
  series: number,
  seed: number,
): Coverage {
  let held = 0;
  let stoppedEarly = 0;
  let ratios = 0;
  let halfWidths = 0;
  for (let one = 0; one < series; one++) {
    const sessions = oneSeries(model, ratio, rule, shape, new Draws(seed, `series ${one}`));
    const found = pairedEstimate(sessions, rule.confidence).ratio;
    if (found.low <= ratio && ratio <= found.high) held++;
    if (sessions.length < shape.mostSessions) stoppedEarly++;
    ratios += found.value;
    halfWidths += (found.high - found.low) / 2;
  }
  return {
    series,
    held: held / series,
    stoppedEarly: stoppedEarly / series,
    meanRatio: ratios / series,
    meanHalfWidth: halfWidths / series,
  };
}

function oneSeries(
  model: LatencyModel,
  ratio: number,
  rule: StoppingRule,
  shape: SeriesShape,
  draws: Draws,
): readonly SessionsFigures[] {
  const source = model(draws, ratio);
  const sessions: SessionsFigures[] = [];
  while (sessions.length < shape.mostSessions && !isPreciseEnough(sessions, rule)) {
    source.open();
    const slices = Array.from({ length: shape.slicesPerSessions }, (_, index) => {
      const swapped = index % 2 === 1;
      return sliceFigures(source.slice(shape.pairsPerSlice, swapped), swapped);
    });
    const figures = sessionsFigures(slices);
    if (figures !== undefined) sessions.push(figures);
  }
  return sessions;
}
