import * as Plot from '@observablehq/plot';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { type AxisKind, linearTicks } from '../ticks.ts';

/** One bar of stacked parts. */
export interface Bar {
  readonly name: string;
  /** What to print at its end. */
  readonly label: string;
  readonly parts: readonly { readonly colour: string; readonly value: number }[];
}

/** Texts and ticks of a bar chart. */
export interface BarOptions {
  readonly label: string;
  readonly axis: string;
  readonly kind: AxisKind;
  readonly emphasised?: string;
}

/** Horizontal bars in the order given, each with its name before it and its figure after it. */
export function barChart(bars: readonly Bar[], options: BarOptions): Chart {
  const segments = bars.flatMap((bar) => {
    let start = 0;
    return bar.parts.map((part) => {
      const segment = {
        name: bar.name,
        label: bar.label,
        colour: part.colour,
        start,
        end: start + part.value,
      };
      start = segment.end;
      return segment;
    });
  });
  const totals = bars.map((bar) => ({
    ...bar,
    total: bar.parts.reduce((sum, part) => sum + part.value, 0),
    weight: bar.name === options.emphasised ? 700 : 400,
  }));
  const most = Math.max(Number.MIN_VALUE, ...totals.map((bar) => bar.total));
  return (space) => {
    const rowHeight = space.narrow ? 40 : 26;
    const ticks = linearTicks(0, most, space.narrow ? 3 : 6, options.kind);
    return plotSvg(options.label, space, {
      height: bars.length * rowHeight + 52,
      marginLeft: space.narrow ? 8 : 190,
      marginRight: space.narrow ? 78 : 100,
      marginTop: 8,
      marginBottom: 40,
      x: {
        domain: [0, most],
        label: options.axis,
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: ticks.values,
        tickFormat: ticks.format,
        grid: true,
      },
      y: { domain: bars.map((bar) => bar.name), axis: null, padding: space.narrow ? 0.55 : 0.3 },
      marks: [
        Plot.barX(segments, {
          x1: 'start',
          x2: 'end',
          y: 'name',
          fill: 'colour',
          title: (part: { name: string; label: string }) => `${part.name}: ${part.label}`,
          dy: space.narrow ? 8 : 0,
        }),
        ...[400, 700].flatMap((weight) => {
          const part = totals.filter((bar) => bar.weight === weight);
          return [
            Plot.text(part, {
              y: 'name',
              text: 'name',
              frameAnchor: 'left',
              textAnchor: space.narrow ? 'start' : 'end',
              dx: space.narrow ? 0 : -10,
              dy: space.narrow ? -9 : 0,
              fontWeight: weight,
            }),
            Plot.text(part, {
              y: 'name',
              x: 'total',
              text: 'label',
              textAnchor: 'start',
              dx: 6,
              dy: space.narrow ? 8 : 0,
              fontWeight: weight,
              fill: colours.soft,
            }),
          ];
        }),
        Plot.ruleX([0], { stroke: colours.ink }),
      ],
    });
  };
}
