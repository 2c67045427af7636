import * as Plot from '@observablehq/plot';
import type { EstimateRange } from '../../stats/estimate.ts';
import { formatNsInterval } from '../format.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { linearTicks } from '../ticks.ts';

/** A design by two costs, nanoseconds a row. */
export interface ScatterPoint {
  readonly name: string;
  readonly x: EstimateRange;
  readonly y: EstimateRange;
}

/** Axes, and the design to be told from the others. */
export interface ScatterOptions {
  readonly label: string;
  readonly xAxis: string;
  readonly yAxis: string;
  readonly emphasised: string | undefined;
}

/** One dot a design, with both intervals as a cross; named where there is room, the emphasised first, then those that no other beats in both. */
export function scatterChart(points: readonly ScatterPoint[], options: ScatterOptions): Chart {
  return (space) => {
    const frame = {
      left: 64,
      right: space.width - (space.narrow ? 16 : 150),
      top: 28,
      bottom: space.narrow ? 300 : 380,
    };
    const x = axisOf(
      points.map((point) => point.x),
      space.narrow ? 4 : 8,
    );
    const y = axisOf(
      points.map((point) => point.y),
      6,
    );
    const colour = ({ name }: ScatterPoint): string =>
      name === options.emphasised ? colours.blue : colours.vermillion;
    const cross = { stroke: colour, strokeWidth: 3, strokeOpacity: 0.25 } as const;
    return plotSvg(options.label, space, {
      height: frame.bottom + 42,
      marginLeft: frame.left,
      marginRight: space.width - frame.right,
      marginTop: frame.top,
      marginBottom: 42,
      x: {
        domain: x.domain,
        label: options.xAxis,
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: x.ticks.values,
        tickFormat: x.ticks.format,
        grid: true,
      },
      y: {
        domain: y.domain,
        label: options.yAxis,
        labelArrow: 'none',
        ticks: y.ticks.values,
        tickFormat: y.ticks.format,
        grid: true,
      },
      marks: [
        Plot.ruleY(points, {
          ...cross,
          y: ({ y: own }: ScatterPoint) => own.value,
          x1: ({ x: own }: ScatterPoint) => Math.max(x.domain[0], own.low),
          x2: ({ x: own }: ScatterPoint) => Math.min(x.domain[1], own.high),
        }),
        Plot.ruleX(points, {
          ...cross,
          x: ({ x: own }: ScatterPoint) => own.value,
          y1: ({ y: own }: ScatterPoint) => Math.max(y.domain[0], own.low),
          y2: ({ y: own }: ScatterPoint) => Math.min(y.domain[1], own.high),
        }),
        Plot.dot(points, {
          x: ({ x: own }: ScatterPoint) => own.value,
          y: ({ y: own }: ScatterPoint) => own.value,
          r: 5,
          fill: colour,
          stroke: colours.paper,
          title: (point: ScatterPoint) =>
            `${point.name}: ${formatNsInterval(point.x)} for one row, ${formatNsInterval(point.y)} in bulk`,
        }),
        ...(space.narrow ? [] : [nameMarks(points, x, y, frame, options.emphasised)]),
      ],
    });
  };
}

interface Axis {
  readonly domain: readonly [number, number] & number[];
  readonly ticks: ReturnType<typeof linearTicks>;
}

/** From nothing to the largest value; intervals that reach further are cut at the frame. */
function axisOf(values: readonly EstimateRange[], wanted: number): Axis {
  const low = Math.min(0, ...values.map(({ value }) => value));
  const high = Math.max(...values.map(({ value }) => value)) * 1.12;
  return { domain: [low, high], ticks: linearTicks(low, high, wanted, 'ns') };
}

const nameHeight = 14;
const letterWidth = 7;

function nameMarks(
  points: readonly ScatterPoint[],
  x: Axis,
  y: Axis,
  frame: { left: number; right: number; top: number; bottom: number },
  emphasised: string | undefined,
): Plot.Markish {
  const place = (value: number, [low, high]: Axis['domain'], from: number, to: number): number =>
    from + ((value - low) / (high - low)) * (to - from);
  const boxes = points.map((point) => ({
    point,
    left: place(point.x.value, x.domain, frame.left, frame.right) + 8,
    middle: place(point.y.value, y.domain, frame.bottom, frame.top),
    width: point.name.length * letterWidth,
  }));
  const unbeaten = ({ point }: (typeof boxes)[number]): boolean =>
    !points.some((other) => other.x.value < point.x.value && other.y.value < point.y.value);
  const rank = (box: (typeof boxes)[number]): number =>
    box.point.name === emphasised ? 0 : unbeaten(box) ? 1 : 2;
  const named: (typeof boxes)[number][] = [];
  for (const box of [...boxes].sort((a, b) => rank(a) - rank(b))) {
    const free = named.every(
      (other) =>
        Math.abs(other.middle - box.middle) >= nameHeight ||
        other.left + other.width < box.left ||
        box.left + box.width < other.left,
    );
    const clearOfDots = boxes.every(
      (other) =>
        other === box ||
        Math.abs(other.middle - box.middle) >= 9 ||
        other.left - 14 > box.left + box.width ||
        other.left - 2 < box.left,
    );
    if (free && (clearOfDots || rank(box) === 0)) named.push(box);
  }
  return Plot.text(
    named.map(({ point }) => point),
    {
      x: (point: ScatterPoint) => point.x.value,
      y: (point: ScatterPoint) => point.y.value,
      text: 'name',
      textAnchor: 'start',
      dx: 8,
      fill: colours.ink,
      stroke: colours.paper,
      strokeWidth: 4,
    },
  );
}
