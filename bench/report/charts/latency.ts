import * as Plot from '@observablehq/plot';
import { formatNs, formatPercentile } from '../format.ts';
import { colours } from '../palette.ts';
import { type Chart, logTicks, plotSvg, spreadLabels } from '../plot.ts';

/** A latency distribution as a curve: the share of samples (0 to 1) that took no longer than this. */
export interface LatencyCurve {
  readonly name: string;
  readonly colour: string;
  readonly dash: string;
  /** How thick, where not as the others; and how much of what is under it shows through. */
  readonly width?: number;
  readonly opacity?: number;
  readonly points: readonly { readonly share: number; readonly latencyNs: number }[];
}

/** What else a chart of curves shows. */
export interface LatencyChartOptions {
  /** What a sample is. */
  readonly y?: string;
  /** Curves carry their names at their ends where there is room. */
  readonly namedAtEnd?: boolean;
  /** Latencies that a share of the samples was to stay below. */
  readonly limits?: readonly { readonly share: number; readonly latencyNs: number }[];
}

/**
 * Latency against percentile, with as much room for every further nine: x is log 1 / (1 - p).
 * The last point of a curve, its maximum, stands where its number of samples allows.
 */
export function latencyChart(
  label: string,
  curves: readonly LatencyCurve[],
  { y = 'one statement', namedAtEnd = false, limits = [] }: LatencyChartOptions = {},
): Chart {
  const drawn = curves.flatMap((curve) => {
    const shares = curve.points.filter((point) => point.share < 1);
    const furthest = Math.max(...shares.map((point) => 1 / (1 - point.share)));
    return curve.points.map((point) => ({
      name: curve.name,
      beyond: point.share < 1 ? 1 / (1 - point.share) : furthest,
      ns: point.latencyNs,
    }));
  });
  const asked = limits.map(({ share, latencyNs }) => ({ beyond: 1 / (1 - share), ns: latencyNs }));
  const latencies = [...drawn, ...asked].map((point) => point.ns);
  const [low, high] = [Math.min(...latencies) / 1.15, Math.max(...latencies) * 1.15];
  const most = Math.max(10, ...drawn.map((point) => point.beyond));
  const nines = [2, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7].filter((tick) => tick <= most);
  return (space) => {
    const height = space.narrow ? 280 : 360;
    const frame = { top: 28, bottom: height - 42 };
    return plotSvg(label, space, {
      height,
      marginLeft: space.narrow ? 54 : 64,
      marginRight: namedAtEnd && !space.narrow ? 76 : 20,
      marginTop: frame.top,
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
        label: y,
        labelArrow: 'none',
        grid: true,
      },
      marks: [
        ...curves.flatMap((curve) => {
          const own = drawn.filter((point) => point.name === curve.name);
          const told = nines.flatMap((nine) => own.find((point) => point.beyond >= nine) ?? []);
          return [
            Plot.line(own, {
              x: 'beyond',
              y: 'ns',
              stroke: curve.colour,
              strokeWidth: curve.width ?? 2.25,
              strokeOpacity: curve.opacity ?? 1,
              curve: 'step-after',
              ...(curve.dash === '' ? {} : { strokeDasharray: curve.dash }),
            }),
            Plot.dot(told, {
              x: 'beyond',
              y: 'ns',
              r: (curve.width ?? 2.25) > 2 ? 3 : 2,
              fillOpacity: curve.opacity ?? 1,
              fill: curve.colour,
              title: ({ beyond, ns }: (typeof told)[number]) =>
                `${curve.name}, ${formatPercentile(1 - 1 / beyond)}: ${formatNs(ns)}`,
            }),
          ];
        }),
        Plot.dot(asked, {
          x: 'beyond',
          y: 'ns',
          r: 5,
          fill: colours.paper,
          stroke: colours.ink,
          strokeWidth: 2,
          title: ({ beyond, ns }: (typeof asked)[number]) =>
            `asked: ${formatPercentile(1 - 1 / beyond)} below ${formatNs(ns)}`,
        }),
        ...(namedAtEnd && !space.narrow ? nameMarks(drawn, curves, [low, high], frame) : []),
      ],
    });
  };
}

/** The names of the curves beside the last point of each, moved apart where they would meet. */
function nameMarks(
  drawn: readonly { readonly name: string; readonly ns: number }[],
  curves: readonly LatencyCurve[],
  [low, high]: readonly [number, number],
  frame: { readonly top: number; readonly bottom: number },
): readonly Plot.Markish[] {
  const wanted = curves.flatMap(({ name, colour, width = 2.25 }) => {
    const last = drawn.findLast((point) => point.name === name);
    const height = Math.log(high / (last?.ns ?? low)) / Math.log(high / low);
    return last === undefined
      ? []
      : [{ text: name, colour, width, y: frame.top + height * (frame.bottom - frame.top) }];
  });
  return spreadLabels(wanted, 14, frame.top, frame.bottom).map(({ text, colour, width, placedY }) =>
    Plot.text([text], {
      frameAnchor: 'top-right',
      textAnchor: 'start',
      lineAnchor: 'middle',
      dx: 8,
      dy: placedY - frame.top,
      fill: colour,
      fontWeight: width > 2 ? 700 : 400,
    }),
  );
}
