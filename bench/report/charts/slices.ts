import * as Plot from '@observablehq/plot';
import { formatNs } from '../format.ts';
import { armColours, colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { linearTicks } from '../ticks.ts';

/** One arm of a slice. */
export interface DrawnSlice {
  readonly seconds: number;
  readonly medianNs: number;
  readonly arm: 'treatment' | 'control';
  readonly warmup: boolean;
  /** A checkpoint or autovacuum touched it. */
  readonly disturbed: boolean;
}

/** The median of every slice over time, both arms, so that drift and disturbances show. */
export function slicesChart(label: string, slices: readonly DrawnSlice[]): Chart {
  const medians = slices.map((slice) => slice.medianNs);
  const [least, most] = [Math.min(...medians), Math.max(...medians)];
  const room = (most - least) * 0.06 + most * 0.002;
  const [low, high] = [Math.max(0, least - room), most + room];
  const ticks = linearTicks(low, high, 5, 'ns');
  return (space) =>
    plotSvg(label, space, {
      height: space.narrow ? 240 : 280,
      marginLeft: space.narrow ? 54 : 64,
      marginRight: 16,
      marginTop: 28,
      marginBottom: 42,
      x: {
        label: 'seconds since the run began',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: space.narrow ? 4 : 8,
      },
      y: {
        label: 'median of a slice',
        labelArrow: 'none',
        domain: [low, high],
        grid: true,
        ticks: ticks.values,
        tickFormat: ticks.format,
      },
      marks: [
        Plot.ruleX(
          slices.filter((slice) => slice.disturbed),
          { x: 'seconds', stroke: colours.vermillion, strokeDasharray: '2 3' },
        ),
        ...(['control', 'treatment'] as const).map((arm) => {
          const colour = arm === 'treatment' ? armColours.treatment : armColours.control;
          return Plot.dot(
            slices.filter((slice) => slice.arm === arm),
            {
              x: 'seconds',
              y: 'medianNs',
              r: space.narrow ? 2.5 : 3.5,
              symbol: arm === 'treatment' ? 'circle' : 'triangle',
              stroke: colour,
              fill: (slice: DrawnSlice) => (slice.warmup ? colours.paper : colour),
              fillOpacity: 0.75,
              title: ({ seconds, medianNs }: DrawnSlice) =>
                `${arm === 'treatment' ? 'with' : 'without'}, ${seconds.toFixed(1)} s: ${formatNs(medianNs)}`,
            },
          );
        }),
      ],
    });
}
