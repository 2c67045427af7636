import * as Plot from '@observablehq/plot';
import type { EstimateRange } from '../../stats/estimate.ts';
import { formatRatioInterval } from '../format.ts';
import { colours } from '../palette.ts';
import { type Chart, logTicks, plotSvg } from '../plot.ts';

/** One design's ratio. */
export interface OverheadRow {
  readonly name: string;
  readonly ratio: EstimateRange;
  /** What to print at the end of the row. */
  readonly label: string;
  /** False: the interval includes 1. */
  readonly resolved: boolean;
}

/** What is drawn beside the rows: the goal, and the design to be told from the others. */
export interface OverheadOptions {
  readonly label: string;
  readonly axis: string;
  readonly goal?: number;
  readonly emphasised?: string;
  /** Every row is what it is about: none is left off the scale, which is logarithmic where it must be. */
  readonly whole?: boolean;
  /** Pixels for the names, where there is room for them beside the rows. */
  readonly nameWidth?: number;
}

const rowHeight = 26;

const told = ({ name, ratio }: OverheadRow): string =>
  `${name}: ${formatRatioInterval(ratio)} times`;

/** One row a design, in the order given: a dot for the ratio, a bar for its interval, a rule at 1. */
export function overheadChart(rows: readonly OverheadRow[], options: OverheadOptions): Chart {
  return (space) => {
    const rowGap = space.narrow ? rowHeight + 14 : rowHeight;
    const limit = options.whole === true ? Number.POSITIVE_INFINITY : scaleLimit(rows, options);
    const onScale = rows.filter((row) => row.ratio.value <= limit);
    const beyond = rows.filter((row) => row.ratio.value > limit);
    const low = Math.min(1, ...onScale.map((row) => row.ratio.low));
    const high = Math.max(
      options.goal ?? 1,
      ...onScale.map((row) => Math.min(limit, row.ratio.high)),
    );
    const margin = (high - low) * 0.03 + 0.002;
    const isLog = options.whole === true && low > 0 && high / low > 8;
    const domain = isLog ? [low / 1.1, high * 1.1] : [low - margin, high + margin];
    const colour = (row: OverheadRow): string =>
      !row.resolved
        ? colours.muted
        : row.name === options.emphasised
          ? colours.blue
          : row.ratio.low > 1
            ? colours.vermillion
            : colours.green;
    return plotSvg(options.label, space, {
      height: rows.length * rowGap + 58,
      marginLeft: space.narrow ? 8 : (options.nameWidth ?? 190),
      marginRight: space.narrow ? 12 : 170,
      marginTop: 22,
      marginBottom: 36,
      x: {
        type: isLog ? 'log' : 'linear',
        domain,
        label: options.axis,
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: isLog ? logTicks(low, high) : space.narrow ? 4 : 8,
        tickFormat: (ratio: number) => `${Number(ratio.toPrecision(4))}`,
        grid: true,
      },
      y: { domain: rows.map((row) => row.name), axis: null, padding: 0.3 },
      marks: [
        Plot.ruleX([1], { stroke: colours.ink, strokeWidth: 1.5 }),
        ...(options.goal === undefined
          ? []
          : [
              Plot.ruleX([options.goal], { stroke: colours.green, strokeDasharray: '4 3' }),
              Plot.text([options.goal], {
                x: (goal: number) => goal,
                frameAnchor: 'top',
                dy: -14,
                text: (goal: number) => `goal ${goal}`,
                fill: colours.green,
              }),
            ]),
        Plot.ruleY(onScale, {
          y: 'name',
          x1: (row: OverheadRow) => row.ratio.low,
          x2: (row: OverheadRow) => Math.min(domain[1] ?? high, row.ratio.high),
          stroke: colour,
          strokeWidth: 5,
          strokeOpacity: 0.35,
          strokeLinecap: 'round',
          dy: space.narrow ? 8 : 0,
        }),
        Plot.text(beyond, {
          y: 'name',
          frameAnchor: 'right',
          textAnchor: 'end',
          text: () => 'off the scale ▸',
          title: told,
          fill: colours.vermillion,
          dy: space.narrow ? 8 : 0,
        }),
        Plot.dot(onScale, {
          y: 'name',
          x: (row: OverheadRow) => row.ratio.value,
          r: 4.5,
          fill: (row: OverheadRow) => (row.resolved ? colour(row) : colours.card),
          stroke: colour,
          strokeWidth: 1.5,
          dy: space.narrow ? 8 : 0,
          title: told,
        }),
        ...rowTexts(rows, options, space.narrow),
      ],
    });
  };
}

/**
 * Where the scale ends: a design that scans a table is a thousand times slower than one that
 * probes an index, and would squeeze all the others into one spot. Its figure is printed. What the
 * chart is about is never beyond.
 */
function scaleLimit(rows: readonly OverheadRow[], { emphasised }: OverheadOptions): number {
  const excess = rows.map((row) => Math.max(0, row.ratio.value - 1)).sort((a, b) => a - b);
  const typical = excess[Math.floor((excess.length - 1) / 2)] ?? 0;
  const own = rows.filter(({ name }) => name === emphasised).map((row) => row.ratio.value);
  return Math.max(1 + Math.max(8 * typical, 0.1), ...own);
}

function rowTexts(
  rows: readonly OverheadRow[],
  options: OverheadOptions,
  narrow: boolean,
): Plot.Markish[] {
  const bold = rows.filter((row) => row.name === options.emphasised);
  const others = rows.filter((row) => row.name !== options.emphasised);
  const texts = (part: readonly OverheadRow[], fontWeight: number): Plot.Markish[] => [
    Plot.text(part, {
      y: 'name',
      text: 'name',
      fill: colours.ink,
      frameAnchor: 'left',
      textAnchor: narrow ? 'start' : 'end',
      dx: narrow ? 0 : -10,
      dy: narrow ? -8 : 0,
      fontWeight,
      stroke: colours.paper, // a halo, where a rule passes behind
      strokeWidth: 4,
    }),
    Plot.text(part, {
      y: 'name',
      text: 'label',
      frameAnchor: 'right',
      textAnchor: narrow ? 'end' : 'start',
      dx: narrow ? 0 : 10,
      dy: narrow ? -8 : 0,
      fontWeight,
      stroke: colours.paper, // a halo, where a rule passes behind
      strokeWidth: 4,
      fill: colours.soft,
    }),
  ];
  return [...texts(others, 400), ...texts(bold, 700)];
}
