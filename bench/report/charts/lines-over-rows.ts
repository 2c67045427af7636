import * as Plot from '@observablehq/plot';
import { shortCount } from '../format.ts';
import type { LineStyle } from '../palette.ts';
import { type Chart, type ChartSpace, logTicks, plotSvg, spreadLabels } from '../plot.ts';

/** A point of a line: at so many rows, so much; with its interval where there is one. */
export interface RowsPoint {
  readonly rows: number;
  readonly value: number;
  readonly low?: number;
  readonly high?: number;
}

/** A line of a chart over rows. */
export interface RowsLine {
  readonly name: string;
  readonly points: readonly RowsPoint[];
  readonly style: LineStyle;
  /** Named at its end; the others are background. */
  readonly labelled: boolean;
  /** Drawn as a line only: a prediction, not a measurement. */
  readonly predicted?: boolean;
  /** Keeps its value until the next point: whole pages do not grow gradually. */
  readonly steps?: boolean;
}

/** Axes of a chart over rows. */
export interface RowsOptions {
  readonly label: string;
  readonly xAxis: string;
  readonly yAxis: string;
  readonly yType: 'log' | 'linear';
  readonly formatY: (value: number) => string;
  /** What is told of a point: its value, with its interval where there is one. */
  readonly tell: (point: RowsPoint) => string;
  /** A legend names the lines; otherwise they carry their names at their ends. */
  readonly namedByLegend?: boolean;
}

interface DrawnPoint extends RowsPoint {
  readonly line: RowsLine;
}

/** Lines over the number of rows, on a log scale, named at their ends instead of in a legend. */
export function linesOverRows(lines: readonly RowsLine[], options: RowsOptions): Chart {
  return (space) => {
    const points = lines.flatMap((line) => line.points.map((point) => ({ ...point, line })));
    const marginRight = space.narrow || options.namedByLegend === true ? 16 : 185;
    const height = space.narrow ? 300 : 400;
    const frame = { top: 28, bottom: height - 42 };
    const y = yScale(points, options, frame);
    return plotSvg(options.label, space, {
      height,
      marginLeft: space.narrow ? 52 : 64,
      marginRight,
      marginTop: frame.top,
      marginBottom: 42,
      x: {
        type: 'log',
        domain: rowsDomain(points),
        label: options.xAxis,
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: decades(points, space),
        tickFormat: shortCount,
      },
      y: {
        type: options.yType,
        domain: [y.low, y.high],
        label: options.yAxis,
        labelArrow: 'none',
        grid: true,
        ticks: y.ticks,
        tickFormat: options.formatY,
      },
      marks: [
        ...[...lines]
          .sort((a, b) => Number(a.labelled) - Number(b.labelled))
          .flatMap((line) => lineMarks(line, options.tell)),
        ...(options.namedByLegend === true ? [] : nameMarks(lines, y.toPixels, frame, space)),
      ],
    });
  };
}

function lineMarks(line: RowsLine, tell: RowsOptions['tell']): Plot.Markish[] {
  const { colour, dash, symbol, width } = line.style;
  const path = Plot.line(line.points, {
    x: 'rows',
    y: 'value',
    stroke: colour,
    strokeWidth: width,
    ...(dash === '' ? {} : { strokeDasharray: dash }),
    ...(line.steps === true ? { curve: 'step-after' as const } : {}),
  });
  if (line.predicted === true) return [path];
  const bounded = line.points.filter((point) => point.low !== undefined);
  return [
    Plot.ruleX(bounded, {
      x: 'rows',
      y1: 'low',
      y2: 'high',
      stroke: colour,
      strokeWidth: 5,
      strokeOpacity: 0.3,
    }),
    path,
    Plot.dot(line.points, {
      x: 'rows',
      y: 'value',
      fill: colour,
      stroke: colour,
      symbol,
      r: line.labelled ? 4 : 2,
      title: (point: RowsPoint) => `${line.name}, ${shortCount(point.rows)}: ${tell(point)}`,
    }),
  ];
}

function nameMarks(
  lines: readonly RowsLine[],
  toPixels: (value: number) => number,
  frame: { readonly top: number; readonly bottom: number },
  space: ChartSpace,
): Plot.Markish[] {
  if (space.narrow) return []; // a legend above the chart takes their place
  const wanted = lines.flatMap((line) => {
    const last = line.points.at(-1);
    return line.labelled && last !== undefined
      ? [{ text: line.name, y: toPixels(last.value), last, colour: line.style.colour }]
      : [];
  });
  return spreadLabels(wanted, 15, frame.top, frame.bottom).map((label) =>
    Plot.text([label.last], {
      frameAnchor: 'top-right',
      textAnchor: 'start',
      lineAnchor: 'middle',
      dx: 12,
      dy: label.placedY - frame.top,
      text: () => label.text,
      fill: label.colour,
      fontWeight: 600,
    }),
  );
}

function rowsDomain(points: readonly DrawnPoint[]): [number, number] {
  const rows = points.map((point) => point.rows);
  const [low, high] = [Math.min(...rows), Math.max(...rows)];
  return low === high ? [low / 3, high * 3] : [low, high];
}

function decades(points: readonly DrawnPoint[], space: ChartSpace): number[] {
  const [low, high] = rowsDomain(points);
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const step = space.narrow && last - first > 4 ? 2 : 1;
  return Array.from(
    { length: Math.max(0, Math.floor((last - first) / step)) + 1 },
    (_, index) => 10 ** (first + index * step),
  );
}

/** The y scale, worked out here because the names of the lines are placed in pixels. */
function yScale(
  points: readonly DrawnPoint[],
  options: RowsOptions,
  frame: { readonly top: number; readonly bottom: number },
): {
  readonly low: number;
  readonly high: number;
  readonly ticks: number[] | number;
  readonly toPixels: (value: number) => number;
} {
  const values = points.flatMap((point) => [
    point.value,
    point.low ?? point.value,
    point.high ?? point.value,
  ]);
  const isLog = options.yType === 'log';
  const usable = isLog ? values.filter((value) => value > 0) : values;
  const low = isLog ? Math.min(...usable) / 1.3 : 0;
  const high = Math.max(...usable) * (isLog ? 1.3 : 1.08);
  const place = isLog ? Math.log : (value: number) => value;
  const toPixels = (value: number): number =>
    frame.bottom -
    ((place(Math.max(value, low)) - place(low)) / (place(high) - place(low))) *
      (frame.bottom - frame.top);
  return { low, high, ticks: isLog ? logTicks(low, high) : 6, toPixels };
}
