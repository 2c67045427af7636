import * as Plot from '@observablehq/plot';
import { formatNs, formatPercentile } from '../format.ts';
import { type Chart, logTicks, plotSvg } from '../plot.ts';

/** A latency distribution as a curve: the share of samples (0 to 1) that took no longer than this. */
export interface LatencyCurve {
  readonly name: string;
  readonly colour: string;
  readonly dash: string;
  readonly points: readonly { readonly share: number; readonly latencyNs: number }[];
}

/**
 * Latency against percentile, with as much room for every further nine: x is log 1 / (1 - p).
 * The last point of a curve, its maximum, stands where its number of samples allows.
 */
export function latencyChart(label: string, curves: readonly LatencyCurve[]): Chart {
  const drawn = curves.flatMap((curve) => {
    const shares = curve.points.filter((point) => point.share < 1);
    const furthest = Math.max(...shares.map((point) => 1 / (1 - point.share)));
    return curve.points.map((point) => ({
      name: curve.name,
      beyond: point.share < 1 ? 1 / (1 - point.share) : furthest,
      ns: point.latencyNs,
    }));
  });
  const latencies = drawn.map((point) => point.ns);
  const [low, high] = [Math.min(...latencies) / 1.15, Math.max(...latencies) * 1.15];
  const most = Math.max(10, ...drawn.map((point) => point.beyond));
  const nines = [2, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].filter((tick) => tick <= most);
  return (space) =>
    plotSvg(label, space, {
      height: space.narrow ? 280 : 360,
      marginLeft: space.narrow ? 54 : 64,
      marginRight: 20,
      marginTop: 28,
      marginBottom: 42,
      x: {
        type: 'log',
        domain: [1, most],
        ticks: space.narrow ? nines.filter((tick) => tick !== 2) : nines,
        tickFormat: (beyond: number) => formatPercentile(1 - 1 / beyond),
        label: 'percentile',
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
      },
      y: {
        type: 'log',
        domain: [low, high],
        ticks: logTicks(low, high),
        tickFormat: (ns: number) => formatNs(ns).replace(/\.0+ /, ' '),
        label: 'one statement',
        labelArrow: 'none',
        grid: true,
      },
      marks: curves.flatMap((curve) => {
        const own = drawn.filter((point) => point.name === curve.name);
        const told = nines.flatMap((nine) => own.find((point) => point.beyond >= nine) ?? []);
        return [
          Plot.line(own, {
            x: 'beyond',
            y: 'ns',
            stroke: curve.colour,
            strokeWidth: 2.25,
            curve: 'step-after',
            ...(curve.dash === '' ? {} : { strokeDasharray: curve.dash }),
          }),
          Plot.dot(told, {
            x: 'beyond',
            y: 'ns',
            r: 3,
            fill: curve.colour,
            title: ({ beyond, ns }: (typeof told)[number]) =>
              `${curve.name}, ${formatPercentile(1 - 1 / beyond)}: ${formatNs(ns)}`,
          }),
        ];
      }),
    });
}
