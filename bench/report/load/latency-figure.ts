import * as Plot from '@observablehq/plot';
import { itemAt } from '../../../db/item-at.ts';
import type { LoadTrial, TimelineInterval } from '../../load/results/results.ts';
import { binRanges } from '../../stats/latency-bins.ts';
import { msAxis } from '../charts/ms-axis.ts';
import { secondsAxis } from '../charts/seconds-axis.ts';
import { figureHtml, type Table, withoutZeros } from '../figure.ts';
import { formatCount } from '../format.ts';
import type { Html } from '../html.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { captionOf, ms } from './words.ts';

/** Latency over time, with percentiles, checkpoints and autovacuums. */
export function latencyTimelineFigure(trial: LoadTrial, section: string, explained: boolean): Html {
  const { checkpoints, autovacuums } = eventSpans(trial);
  const worst = [...trial.intervals].sort((a, b) => b.maxMs - a.maxMs)[0];
  const events = [
    checkpoints.length > 0 ? 'a checkpoint ran' : 'no checkpoint ran',
    autovacuums.length > 0 ? 'autovacuum worked' : 'no autovacuum',
  ].join(', ');
  return figureHtml({
    id: `${section}-latency`,
    finding:
      worst === undefined
        ? 'Nothing was answered'
        : `The longest wait, ${ms(worst.maxMs)}, began in second ${worst.startS}; ${events} during the load`,
    reading: !explained
      ? ''
      : `Each cell: answers by when they were ${trial.loop === 'open' ? 'meant to start' : 'started'} and how long they took; the stronger its colour the more, on a logarithmic scale.`,
    legend: [
      { colour: colours.ink, name: 'p50' },
      { colour: colours.vermillion, name: 'p99' },
      { colour: colours.blue, name: 'answers', shape: 'bar' },
      ...(checkpoints.length > 0
        ? [{ colour: colours.orange, name: 'checkpoint', shape: 'bar' as const }]
        : []),
      ...(autovacuums.length > 0
        ? [{ colour: colours.green, name: 'autovacuum (at the foot)', shape: 'bar' as const }]
        : []),
    ],
    chart: latencyHeatMap(trial),
    data: intervalTable(trial, explained),
  });
}

function intervalTable(trial: LoadTrial, explained: boolean): Table {
  const step = Math.max(1, Math.ceil(trial.intervals.length / 120));
  const numeric = ['answers/s', 'refused/s', 'p50', 'p99', 'max', 'behind', 'retries', 'errors'];
  return withoutZeros({
    ...captionOf(step === 1 ? 'Each second' : `Every ${step}th interval`, trial, explained),
    columns: [
      { heading: 'second' },
      ...numeric.map((heading) => ({ heading, numeric: true })),
      { heading: 'server' },
    ],
    rows: trial.intervals
      .filter((_, index) => index % step === 0)
      .map(({ startS, lengthS, counts, p50Ms, p99Ms, maxMs, behindMs, server }) => [
        String(startS),
        formatCount(counts.done / lengthS),
        formatCount(counts.refused / lengthS),
        ms(p50Ms),
        ms(p99Ms),
        ms(maxMs),
        ms(behindMs),
        String(counts.retries),
        String(counts.errors),
        [server.checkpointing ? 'checkpoint' : '', ...server.autovacuums]
          .filter((text) => text !== '')
          .join('; '),
      ]),
  });
}

/** Columns that a heat map can show: longer runs have neighbours joined. */
const mostColumns = { wide: 240, narrow: 80 } as const;

/** A stretch of time with something on it, in seconds. */
interface Span {
  readonly x1: number;
  readonly x2: number;
}

/** When checkpoints ran, and autovacuums. */
function eventSpans(trial: LoadTrial): {
  readonly checkpoints: readonly Span[];
  readonly autovacuums: readonly Span[];
} {
  const spansOf = (has: (interval: TimelineInterval) => boolean): Span[] => {
    const spans: { x1: number; x2: number }[] = [];
    for (const interval of trial.intervals) {
      if (!has(interval)) continue;
      const last = spans.at(-1);
      if (last !== undefined && last.x2 === interval.startS)
        last.x2 = interval.startS + interval.lengthS;
      else spans.push({ x1: interval.startS, x2: interval.startS + interval.lengthS });
    }
    return spans;
  };
  return {
    checkpoints: spansOf(({ server }) => server.checkpointing),
    autovacuums: spansOf(({ server }) => server.autovacuums.length > 0),
  };
}

/** Latency over time: how many answers took how long, with percentiles and the server's own work. */
function latencyHeatMap(trial: LoadTrial): Chart {
  return (space) => {
    const columns = space.narrow ? mostColumns.narrow : mostColumns.wide;
    const step = Math.max(1, Math.ceil(trial.intervals.length / columns));
    const cells = new Map<
      string,
      { x1: number; x2: number; y1: number; y2: number; count: number }
    >();
    for (const [index, interval] of trial.intervals.entries()) {
      const x1 = itemAt(trial.intervals, index - (index % step)).startS;
      const x2 = x1 + step * interval.lengthS;
      for (const { fromMs, toMs, count } of joinBins(binRanges(interval.latencyBins))) {
        const key = `${x1} ${fromMs}`;
        const cell = cells.get(key);
        if (cell === undefined) cells.set(key, { x1, x2, y1: fromMs, y2: toMs, count });
        else cell.count += count;
      }
    }
    const all = [...cells.values()];
    const most = Math.max(1, ...all.map(({ count }) => count));
    const endS = Math.max(1, trial.plannedS, ...all.map(({ x2 }) => x2));
    const within = ({ x1, x2 }: Span): readonly Span[] =>
      x1 < endS ? [{ x1, x2: Math.min(x2, endS) }] : [];
    const checkpoints = eventSpans(trial).checkpoints.flatMap(within);
    const autovacuums = eventSpans(trial).autovacuums.flatMap(within);
    const middle = (interval: TimelineInterval): number => interval.startS + interval.lengthS / 2;
    const lines = trial.intervals.filter(({ p50Ms }) => p50Ms !== null);
    const lowest = Math.min(...all.map(({ y1 }) => y1), 1);
    const highest = Math.max(...all.map(({ y2 }) => y2), 2);
    return plotSvg('Latency over time', space, {
      height: space.narrow ? 260 : 340,
      marginLeft: 52,
      marginBottom: 42,
      x: secondsAxis(endS, space.narrow, 'since the start'),
      y: msAxis(lowest, highest, 'latency'),
      marks: [
        Plot.rect(checkpoints, {
          x1: 'x1',
          x2: 'x2',
          y1: lowest,
          y2: highest,
          fill: colours.orange,
          fillOpacity: 0.16,
        }),
        Plot.rect(autovacuums, {
          x1: 'x1',
          x2: 'x2',
          y1: lowest,
          y2: lowest * 1.12,
          fill: colours.green,
        }),
        Plot.rect(all, {
          x1: 'x1',
          x2: 'x2',
          y1: 'y1',
          y2: 'y2',
          fill: colours.blue,
          fillOpacity: ({ count }: { count: number }) =>
            0.08 + (0.87 * Math.log1p(count)) / Math.log1p(most),
        }),
        Plot.lineY(lines, { x: middle, y: 'p99Ms', stroke: colours.vermillion, strokeWidth: 1.6 }),
        Plot.lineY(lines, { x: middle, y: 'p50Ms', stroke: colours.ink, strokeWidth: 1.6 }),
        Plot.dot(
          lines.filter((_, index) => index % Math.ceil(lines.length / 60) === 0),
          {
            x: middle,
            y: 'p99Ms',
            r: 2,
            fill: colours.vermillion,
            title: ({ startS, p50Ms, p99Ms, maxMs }: TimelineInterval) =>
              `second ${startS}: p50 ${ms(p50Ms)}, p99 ${ms(p99Ms)}, longest ${ms(maxMs)}`,
          },
        ),
      ],
    });
  };
}

/** Four bins of the file are one of the map: a quarter of an octave. */
function joinBins(
  ranges: readonly { readonly fromMs: number; readonly toMs: number; readonly count: number }[],
): readonly { readonly fromMs: number; readonly toMs: number; readonly count: number }[] {
  const perOctave = 4;
  const joined = new Map<number, number>();
  for (const { fromMs, toMs, count } of ranges) {
    const bin = Math.floor(Math.log2(Math.sqrt(fromMs * toMs)) * perOctave);
    joined.set(bin, (joined.get(bin) ?? 0) + count);
  }
  return [...joined].map(([bin, count]) => ({
    fromMs: 2 ** (bin / perOctave),
    toMs: 2 ** ((bin + 1) / perOctave),
    count,
  }));
}
