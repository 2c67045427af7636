import * as Plot from '@observablehq/plot';
import { itemAt } from '../../../db/item-at.ts';
import { parseObjective } from '../../load/options/flag-values.ts';
import type { RampResult } from '../../load/results/results.ts';
import { LatencyHistogram } from '../../stats/histogram.ts';
import { latencyChart } from '../charts/latency.ts';
import { msAxis } from '../charts/ms-axis.ts';
import { figureHtml, type LegendEntry } from '../figure.ts';
import { formatCount, shortCount } from '../format.ts';
import type { Html } from '../html.ts';
import { armColours, colours } from '../palette.ts';
import { type Chart, logTicks, plotSvg } from '../plot.ts';
import type { RampTrial } from './ramp-trials.ts';
import { answersPerSecond, ms } from './words.ts';

/** A ramp and its loads, ordered by rate. */
export interface TriedRamp {
  readonly ramp: RampResult;
  readonly trials: readonly RampTrial[];
}

const colourOf = ({ check }: RampResult): string =>
  check === 'off' ? armColours.control : armColours.treatment;
const nameOf = ({ check }: RampResult): string =>
  check === 'off' ? 'the check off' : 'the check on';

/** Throughput against the latency that the objective is about, each ramp one line from its lowest rate to its highest. */
export function throughputFigure(design: string, tried: readonly TriedRamp[]): Html {
  const { ramp } = itemAt(tried, 0);
  const limit = itemAt(parseObjective(ramp.objective).limits, 0);
  const several = tried.length > 1;
  return figureHtml({
    id: `ramp-throughput-${design}`,
    finding: tried
      .flatMap((one) => throughputFinding(one, limit, several))
      .join('; ')
      .replace(/^./, (first) => first.toUpperCase()),
    reading: `Each dot is one load, open loop, and the line goes from the lowest rate offered to the highest. Filled: it kept ${ramp.objective}; hollow: it did not. The ring is the highest rate that did.`,
    ...(several ? { legend: tried.map(legendEntry) } : {}),
    chart: throughputChart(tried, limit, itemAt(ramp.objective.split(','), 0)),
    data: {
      caption: 'Each rate that was tried, the lowest first',
      columns: [
        { heading: 'rate', numeric: true },
        ...(several ? [{ heading: 'check' }] : []),
        ...['answers/s', 'p50', 'p99', 'max'].map((heading) => ({ heading, numeric: true })),
        { heading: ramp.objective },
        { heading: 'why' },
      ],
      rows: tried
        .flatMap(({ ramp: { check = 'on' }, trials }) => trials.map((one) => ({ ...one, check })))
        .sort((a, b) => a.rate - b.rate)
        .map(({ rate, kept, reason, trial, check }) => [
          formatCount(rate),
          ...(several ? [check] : []),
          answersPerSecond(trial),
          ms(trial.latency.all.p50Ms),
          ms(trial.latency.all.p99Ms),
          ms(trial.latency.all.maxMs),
          kept ? 'kept' : 'missed',
          reason,
        ]),
    },
  });
}

function legendEntry({ ramp }: TriedRamp): LegendEntry {
  return { colour: colourOf(ramp), name: nameOf(ramp) };
}

type ObjectiveLimit = ReturnType<typeof parseObjective>['limits'][number];

function throughputFinding(
  { ramp, trials }: TriedRamp,
  { name, percentile }: ObjectiveLimit,
  several: boolean,
): readonly string[] {
  const best = trials.find(({ rate }) => rate === ramp.highestRate)?.trial;
  if (best === undefined)
    return several ? [`${nameOf(ramp)}: no rate kept it`] : ['no rate kept it'];
  const [answers, latency] = [answersPerSecond(best), ms(best.latency.all[percentile])];
  return [
    `${several ? `${nameOf(ramp)}: ` : ''}${answers} answers a second at a ${name} of ${latency}`,
  ];
}

/** A load as the chart has it. */
interface ThroughputPoint {
  readonly rate: number;
  readonly answers: number;
  readonly latencyMs: number;
  readonly kept: boolean;
  readonly best: boolean;
  readonly name: string;
}

function throughputChart(tried: readonly TriedRamp[], limit: ObjectiveLimit, asked: string): Chart {
  const lines = tried.map(({ ramp, trials }) => ({
    colour: colourOf(ramp),
    points: trials.flatMap(({ rate, kept, trial }): readonly ThroughputPoint[] => {
      const latencyMs = trial.latency.all[limit.percentile];
      const answers = trial.donePerSecond;
      if (latencyMs === null || answers === null || latencyMs <= 0 || answers <= 0) return [];
      return [
        { rate, answers, latencyMs, kept, best: rate === ramp.highestRate, name: nameOf(ramp) },
      ];
    }),
  }));
  const all = lines.flatMap(({ points }) => points);
  const latencies = [limit.belowMs, ...all.map(({ latencyMs }) => latencyMs)];
  const [low, high] = [Math.min(...latencies) / 1.4, Math.max(...latencies) * 1.4];
  const rates = all.length === 0 ? [1, 10] : all.map(({ answers }) => answers);
  const [least, most] = [Math.min(...rates) / 1.1, Math.max(...rates) * 1.1];
  const told = ({ name, rate, answers, latencyMs, kept }: ThroughputPoint): string =>
    `${formatCount(rate)}/s offered, ${name}: ${formatCount(answers)} answers/s, ${limit.name} ${ms(latencyMs)}, ${kept ? 'kept' : 'missed'}`;
  return (space) =>
    plotSvg(`Throughput against ${limit.name}`, space, {
      height: space.narrow ? 260 : 320,
      marginLeft: 60,
      marginRight: 24,
      marginBottom: 42,
      x: {
        type: 'log',
        domain: [least, most],
        ticks: logTicks(least, most),
        tickFormat: shortCount,
        label: 'answers a second',
      },
      y: msAxis(low, high, limit.name),
      marks: [
        Plot.ruleY([limit.belowMs], { stroke: colours.muted, strokeDasharray: '4 3' }),
        Plot.text([limit.belowMs], {
          y: (belowMs: number) => belowMs,
          text: () => asked,
          frameAnchor: 'left',
          textAnchor: 'start',
          dx: 6,
          dy: -7,
          fill: colours.soft,
        }),
        ...lines.flatMap(({ points, colour }, index) => {
          const best = points.filter((point) => point.best);
          return [
            Plot.line(points, { x: 'answers', y: 'latencyMs', stroke: colour, strokeWidth: 1.75 }),
            Plot.dot(points, {
              x: 'answers',
              y: 'latencyMs',
              r: 4,
              stroke: colour,
              strokeWidth: 2,
              fill: ({ kept }: ThroughputPoint) => (kept ? colour : colours.paper),
              title: told,
            }),
            Plot.dot(best, {
              x: 'answers',
              y: 'latencyMs',
              r: 9,
              stroke: colour,
              strokeWidth: 1.5,
            }),
            Plot.text(best, {
              x: 'answers',
              y: 'latencyMs',
              text: ({ rate }: ThroughputPoint) => `${formatCount(rate)}/s`,
              textAnchor: 'end',
              dx: -13,
              // two rates may lie close together: one above, one below
              dy: index % 2 === 0 ? -10 : 14,
              fill: colour,
              fontWeight: 600,
            }),
          ];
        }),
      ],
    });
}

/** The whole distribution of each load of a ramp, one over the other. */
export function quantilesFigure({ ramp, trials }: TriedRamp, index: number): Html {
  const off = ramp.check === 'off' ? ', the check off' : '';
  const limits = parseObjective(ramp.objective).limits;
  const shown = trials.filter(({ trial }) => trial.latency.all.samples > 0);
  return figureHtml({
    id: `ramp-quantiles-${ramp.design}${ramp.check === 'off' ? '-off' : ''}`,
    finding: `${quantilesFinding(ramp, shown, itemAt(limits, 0))}${off}`,
    reading:
      index > 0
        ? ''
        : `Latency of every operation by percentile, one line for each rate; every further nine has as much room as the one before. Thick: the highest rate that kept ${ramp.objective}. Dashed: rates that did not keep it. A dot: what it asks.`,
    chart: latencyChart(
      `Latency percentiles at each rate, ${nameOf(ramp)}`,
      shown.map(({ rate, kept, trial }, index) => {
        const best = rate === ramp.highestRate;
        return {
          name: `${formatCount(rate)}/s`,
          colour: best ? colours.ink : kept ? colourOf(ramp) : colours.vermillion,
          dash: kept ? '' : '5 3',
          width: best ? 3 : 1.5,
          opacity: best ? 1 : 0.45 + (0.55 * (index + 1)) / shown.length,
          points: LatencyHistogram.decode(trial.latency.all.histogram).curve(10),
        };
      }),
      {
        y: 'one operation',
        namedAtEnd: true,
        limits: limits.flatMap(({ name, belowMs }) => {
          const share = name === 'max' ? undefined : Number(name.slice(1)) / 100;
          return share === undefined ? [] : [{ share, latencyNs: belowMs * 1e6 }];
        }),
      },
    ),
    legend: shown.map(({ rate, kept }) => ({
      colour: rate === ramp.highestRate ? colours.ink : kept ? colourOf(ramp) : colours.vermillion,
      name: `${formatCount(rate)}/s`,
      dash: kept ? '' : '5 3',
    })),
    legendWhereNarrow: true,
    data: {
      caption: `Latency by percentile${off}; – where there are too few answers`,
      columns: [
        { heading: 'rate', numeric: true },
        ...['p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max'].map((heading) => ({
          heading,
          numeric: true,
        })),
      ],
      rows: shown.map(({ rate, trial: { latency } }) => {
        const { p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms, maxMs } = latency.all;
        return [formatCount(rate), ...[p50Ms, p90Ms, p99Ms, p999Ms, p9999Ms, maxMs].map(ms)];
      }),
    },
  });
}

/** How the middle, and what the objective is about, went from the lowest rate to the highest that kept it. */
function quantilesFinding(
  ramp: RampResult,
  trials: readonly RampTrial[],
  { name, percentile }: ObjectiveLimit,
): string {
  const lowest = trials[0];
  const best = trials.find(({ rate }) => rate === ramp.highestRate) ?? trials.at(-1);
  if (lowest === undefined || best === undefined) return 'Nothing was answered';
  const [from, to] = [lowest.trial.latency.all, best.trial.latency.all];
  if (lowest === best) return `At ${formatCount(best.rate)}/s half took ${ms(to.p50Ms)} at most`;
  const told = from[percentile] !== null && to[percentile] !== null && percentile !== 'p50Ms';
  const tail = told ? `, the ${name} from ${ms(from[percentile])} to ${ms(to[percentile])}` : '';
  return `From ${formatCount(lowest.rate)}/s to ${formatCount(best.rate)}/s the median went from ${ms(from.p50Ms)} to ${ms(to.p50Ms)}${tail}`;
}
