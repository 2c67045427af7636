import type { StoppingRule } from '../stats/paired-estimate.ts';
import { type Coverage, coverageOf, type SeriesShape } from './coverage.ts';
import { type LatencyModel, latencyModels } from './models.ts';
import { readRecording, recordedSource } from './recorded.ts';

/** One row of the table. */
export interface CoverageRow extends Coverage {
  readonly model: string;
  readonly ratio: number;
}

/** The true ratios: no difference, a small one, that of a check. */
export const trueRatios = [1, 1.01, 1.2] as const;

/** As a bench does it; slices are shorter, so that ten thousand series end in minutes. */
export const coverageRule: StoppingRule = {
  confidence: 0.95,
  wantedHalfWidth: 0.01,
  fewestSessions: 12,
};
const shape: SeriesShape = { pairsPerSlice: 20, slicesPerSessions: 4, mostSessions: 30 };

/** An interval of 95 % may hold the truth so often, and must so often. */
export const wantedCoverage = { least: 0.94, most: 0.98 } as const;

/** Every model with every true ratio. `progress` is told which cell comes. */
export function runCoverage(
  series: number,
  seed: number,
  progress: (what: string) => void,
): readonly CoverageRow[] {
  const recording = readRecording();
  const recorded: LatencyModel = (draws, ratio) => recordedSource(recording, draws, ratio);
  const models = [...latencyModels, ['recorded sessions', recorded] as const];
  return models.flatMap(([model, make]) =>
    trueRatios.map((ratio) => {
      progress(`${model}, ${ratio}`);
      return { model, ratio, ...coverageOf(make, ratio, coverageRule, shape, series, seed) };
    }),
  );
}

/** Whether a cell lies where an honest interval lies, as far as so many series can tell. */
export function holds({ held, series }: Coverage): boolean {
  const chance = 3 * Math.sqrt((0.05 * 0.95) / series);
  return held >= wantedCoverage.least - chance && held <= wantedCoverage.most + chance;
}
