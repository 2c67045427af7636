import type {
  Arm,
  ArmSlice,
  ArmSummary,
  PairedFigure,
  ScenarioResult,
  Slice,
} from '../results/results.ts';
import type { Estimate } from '../stats/estimate.ts';
import { LatencyHistogram } from '../stats/histogram.ts';
import { mean } from '../stats/mean.ts';
import { median } from '../stats/median.ts';
import {
  armFigures,
  isPreciseEnough,
  pairedEstimate,
  type SessionsFigures,
  type SliceFigures,
  type StoppingRule,
  sessionsFigures,
  sliceFigures,
} from '../stats/paired-estimate.ts';
import { thousandths } from '../stats/thousandths.ts';
import { fewestForTrimmedMean } from '../stats/trimmed-mean.ts';
import type { MeasuredSlice } from './measure-slice.ts';
import type { ArmSamples } from './time-slice.ts';

/** How slices become a figure. */
export interface SummaryOptions {
  readonly rule: StoppingRule;
  readonly rowsPerStatement: number;
}

/** A turn takes as long as it took in so many slices. */
const newestSlices = 6;

/** What was measured of a scenario so far. */
export class Collected {
  readonly #options: SummaryOptions;
  readonly #slices: Slice[] = [];
  readonly #histograms: Record<Arm, LatencyHistogram> = {
    treatment: LatencyHistogram.create(),
    control: LatencyHistogram.create(),
  };
  readonly #turnsMs: number[] = [];
  #open: SliceFigures[] = [];
  #sessions: SessionsFigures[] = [];

  constructor(options: SummaryOptions) {
    this.#options = options;
  }

  /** The figures of the sessions that are complete, warm-up left out. */
  get sessions(): readonly SessionsFigures[] {
    return this.#sessions;
  }

  /** Whether anything was measured but warm-up. */
  get hasSamples(): boolean {
    return this.#histograms.treatment.samples > 0;
  }

  add(slice: MeasuredSlice): void {
    const { treatment, control } = slice.samples;
    const turns = treatment?.turnsNs.length ?? 0;
    this.#turnsMs.push(slice.durationMs / turns);
    const figures =
      treatment === undefined || control === undefined
        ? undefined
        : sliceFigures(
            { treatmentNs: treatment.turnsNs, controlNs: control.turnsNs },
            slice.swapped,
          );
    if (!slice.warmup) {
      if (figures !== undefined) this.#open.push(figures);
      this.#record('treatment', treatment);
      this.#record('control', control);
    }
    this.#slices.push({
      order: this.#slices.length,
      sessions: slice.sessions,
      swapped: slice.swapped,
      startedMs: thousandths(slice.startedMs),
      durationMs: thousandths(slice.durationMs),
      // no minus zero: JSON has none, and what is read again would not be what was written
      ...(figures === undefined ? {} : { differenceNs: Math.round(figures.differenceNs) + 0 }),
      ...(treatment === undefined ? {} : { treatment: armSlice(treatment) }),
      ...(control === undefined ? {} : { control: armSlice(control) }),
      warmup: slice.warmup,
      ...slice.counted,
      ...Object.fromEntries(
        Object.entries(slice.processors).map(([name, share]) => [name, thousandths(share)]),
      ),
    });
  }

  /** Ends the sessions whose slices were added. */
  endSessions(): void {
    const figures = sessionsFigures(this.#open);
    if (figures !== undefined) this.#sessions.push(figures);
    this.#open = [];
  }

  /** How long one turn of all arms took, in the middle of the newest slices. */
  turnMs(): number {
    return median(this.#turnsMs.slice(-newestSlices));
  }

  /** How long all slices took together. */
  slicesMs(): number {
    return this.#slices.reduce((sum, { durationMs }) => sum + durationMs, 0);
  }

  /** Everything that is computed from the slices. */
  summary(): Pick<ScenarioResult, 'slices' | 'paired' | 'arms'> {
    const arms = (['treatment', 'control'] as const).flatMap((arm) => this.#armSummary(arm));
    return {
      slices: this.#slices,
      arms,
      ...(this.#sessions.length < fewestForTrimmedMean ? {} : { paired: this.#figure() }),
    };
  }

  #record(arm: Arm, samples: ArmSamples | undefined): void {
    for (const latencies of samples?.byClient ?? []) {
      for (const latencyNs of latencies) this.#histograms[arm].record(latencyNs);
    }
  }

  #figure(): PairedFigure {
    const { rule, rowsPerStatement } = this.#options;
    const estimate = pairedEstimate(this.#sessions, rule.confidence);
    const { ratio, difference, baselineNs, p95Difference, p99Difference } = estimate;
    return {
      pairs: this.#sessions.reduce((sum, { pairs }) => sum + pairs, 0),
      sessions: this.#sessions.length,
      ratio: ratio.value,
      ratioLow: ratio.low,
      ratioHigh: ratio.high,
      differenceNsPerRow: difference.value / rowsPerStatement,
      differenceLowNsPerRow: difference.low / rowsPerStatement,
      differenceHighNsPerRow: difference.high / rowsPerStatement,
      baselineNs,
      ...(p95Difference === undefined ? {} : { p95DifferenceNs: p95Difference }),
      ...(p99Difference === undefined ? {} : { p99DifferenceNs: p99Difference }),
      halfWidth: halfWidthOf(ratio),
      resolved: ratio.low > 1 || ratio.high < 1,
      preciseEnough: isPreciseEnough(this.#sessions, rule),
    };
  }

  #armSummary(arm: Arm): readonly ArmSummary[] {
    const histogram = this.#histograms[arm];
    if (histogram.samples === 0) return [];
    return [
      {
        arm,
        samples: histogram.samples,
        percentiles: histogram.summary(),
        histogram: histogram.encode(),
      },
    ];
  }
}

function armSlice({ byClient, turnsNs }: ArmSamples): ArmSlice {
  const { medianNs, p95Ns, p99Ns } = armFigures(turnsNs);
  const all = byClient.flatMap((latencies) => [...latencies]);
  return {
    samples: all.length,
    medianNs: Math.round(medianNs),
    meanNs: Math.round(mean(all)),
    ...(p95Ns === undefined ? {} : { p95Ns: Math.round(p95Ns) }),
    ...(p99Ns === undefined ? {} : { p99Ns: Math.round(p99Ns) }),
    maxNs: Math.round(Math.max(...all)),
  };
}

function halfWidthOf({ low, high }: Estimate): number {
  return (high - low) / 2;
}
