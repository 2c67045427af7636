import { itemAt } from '../../db/item-at.ts';
import type {
  Arm,
  ArmSummary,
  Block,
  Method,
  PairedFigure,
  ScenarioResult,
} from '../results/results.ts';
import { comparePairs, mean, type Pair, warmupLength } from '../stats/bootstrap.ts';
import { LatencyHistogram } from '../stats/histogram.ts';
import { seededRandom } from '../stats/random.ts';

/** How blocks become a figure. */
export interface PairedOptions {
  readonly method: Method;
  /** The bootstrap draws from a stream of its own, anew for each figure: a figure depends on its blocks alone, and how often one looks does not change the order of what is timed. */
  readonly bootstrapSeed: number;
  readonly rowsPerStatement: number;
}

/** With fewer pairs the bootstrap's interval is too narrow to mean anything. */
const fewestPairs = 6;

/** The same blocks, those before the level settled marked as warm-up: a pair goes with both its arms, the first always. */
export function markWarmup(blocks: readonly Block[]): readonly Block[] {
  const byPair = new Map<number, number[]>();
  for (const block of blocks) {
    byPair.set(block.pair, [...(byPair.get(block.pair) ?? []), block.medianNs]);
  }
  const levels = [...byPair.values()].map((medians) => mean(medians));
  const dropped = levels.length < 3 ? 0 : Math.max(1, warmupLength(levels));
  return blocks.map((block) => ({ ...block, warmup: block.pair < dropped }));
}

/** The paired figure of the blocks so far. */
export function figureOf(blocks: readonly Block[], options: PairedOptions): PairedFigure {
  return pairedFigure(markWarmup(blocks), options);
}

/** Everything that is computed from a scenario's blocks. */
export function summarise(
  measured: readonly Block[],
  histograms: readonly LatencyHistogram[],
  options: PairedOptions,
): Pick<ScenarioResult, 'blocks' | 'paired' | 'arms'> {
  const blocks = markWarmup(measured);
  const arms = (['treatment', 'control'] as const)
    .filter((arm) => blocks.some((block) => block.arm === arm && !block.warmup))
    .map((arm) => armSummary(arm, blocks, histograms, options.rowsPerStatement));
  const paired = pairedFigure(blocks, options);
  return { blocks, arms, ...(paired.pairs > 0 ? { paired } : {}) };
}

function pairedFigure(blocks: readonly Block[], options: PairedOptions): PairedFigure {
  const { method, bootstrapSeed, rowsPerStatement } = options;
  const { ratio, difference, baseline, resolved } = comparePairs(completePairs(blocks), {
    random: seededRandom(bootstrapSeed),
    resamples: method.bootstrapResamples,
    confidence: method.confidence,
  });
  const halfWidth = (ratio.high - ratio.low) / 2;
  return {
    pairs: ratio.samples,
    ratio: ratio.value,
    ratioLow: ratio.low,
    ratioHigh: ratio.high,
    differenceNsPerRow: difference.value / rowsPerStatement,
    differenceLowNsPerRow: difference.low / rowsPerStatement,
    differenceHighNsPerRow: difference.high / rowsPerStatement,
    baselineNs: baseline,
    halfWidth,
    resolved: resolved && ratio.samples >= fewestPairs,
    preciseEnough: ratio.samples >= fewestPairs && halfWidth <= method.wantedHalfWidth,
  };
}

/** Pairs of which both arms were measured, warm-up left out. */
function completePairs(blocks: readonly Block[]): readonly Pair[] {
  const medians = new Map<number, Partial<Record<Arm, number>>>();
  for (const block of blocks) {
    if (block.warmup) continue;
    medians.set(block.pair, { ...medians.get(block.pair), [block.arm]: block.medianNs });
  }
  return [...medians.values()].flatMap(({ treatment, control }) =>
    treatment === undefined || control === undefined ? [] : [{ treatment, control }],
  );
}

function armSummary(
  arm: Arm,
  blocks: readonly Block[],
  histograms: readonly LatencyHistogram[],
  rowsPerStatement: number,
): ArmSummary {
  const own = blocks.filter((block) => block.arm === arm && !block.warmup);
  const merged = LatencyHistogram.merge(own.map((block) => itemAt(histograms, block.order)));
  const walBytes = own.reduce((sum, block) => sum + block.walBytes, 0);
  return {
    arm,
    samples: merged.samples,
    percentiles: merged.summary(),
    histogram: merged.encode(),
    walBytesPerRow: Math.round(walBytes / (merged.samples * rowsPerStatement)),
  };
}
