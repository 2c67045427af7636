import * as Plot from '@observablehq/plot';
import type { EstimateRange } from '../../stats/estimate.ts';
import { formatNs, formatNsInterval } from '../format.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { linearTicks } from '../ticks.ts';

/** What one design adds, in nanoseconds a row. */
export interface AddedRow {
  readonly name: string;
  readonly oneRow: EstimateRange | undefined;
  readonly bulk: EstimateRange | undefined;
  /** What stands at the end of the row, by the class of its text: the style sheet shows one. */
  readonly labels: readonly { readonly className: string; readonly text: string }[];
}

/** What is drawn behind the rows, and which of them is told from the others. */
export interface AddedOptions {
  readonly label: string;
  /** Nanoseconds that no design can do without. */
  readonly floorNs: number | undefined;
  readonly emphasised: string | undefined;
  /** Pixels for the names, where there is room for them beside the rows. */
  readonly nameWidth?: number;
}

const kinds = ['oneRow', 'bulk'] as const;

/** The look and the name of either figure. */
export const addedStyles = {
  oneRow: { colour: colours.blue, symbol: 'circle', name: 'one row', dy: -3 },
  bulk: { colour: colours.orange, symbol: 'square', name: 'a row in bulk', dy: 4 },
} as const;

/** One row a design, in the order given: what it adds to one row and to a row in bulk, with intervals and the floor. */
export function addedChart(rows: readonly AddedRow[], options: AddedOptions): Chart {
  const limit = scaleEnd(rows, options);
  const drawn = kinds.flatMap((kind) =>
    rows.flatMap((row) => {
      const added = row[kind];
      return added === undefined ? [] : [{ name: row.name, kind, added }];
    }),
  );
  type Drawn = (typeof drawn)[number];
  const within = drawn.filter(({ added }) => added.value <= limit);
  const low = Math.min(0, ...within.map(({ added }) => added.low));
  const high = Math.max(
    options.floorNs ?? 1,
    ...within.map(({ added }) => Math.min(limit, added.high)),
  );
  const told = ({ name, kind, added }: Drawn): string =>
    `${name}, ${addedStyles[kind].name}: ${formatNsInterval(added)}`;
  return (space) => {
    const rowHeight = space.narrow ? 42 : 28;
    const ticks = linearTicks(low, high, space.narrow ? 4 : 8, 'ns');
    const below = space.narrow ? 9 : 0;
    return plotSvg(options.label, space, {
      height: rows.length * rowHeight + 62,
      marginLeft: space.narrow ? 8 : (options.nameWidth ?? 190),
      marginRight: space.narrow ? 12 : 90,
      marginTop: 22,
      marginBottom: 40,
      x: {
        domain: [low - (high - low) * 0.02, high * 1.03],
        label: 'added to a row by the check',
        labelAnchor: 'center',
        labelArrow: 'none',
        ticks: ticks.values,
        tickFormat: ticks.format,
        grid: true,
      },
      y: { domain: rows.map(({ name }) => name), axis: null, padding: 0.2 },
      marks: [
        Plot.ruleX([0], { stroke: colours.ink }),
        ...floorMarks(options.floorNs),
        ...kinds.flatMap((kind) => {
          const { colour, symbol, dy } = addedStyles[kind];
          const own = within.filter((one) => one.kind === kind);
          return [
            Plot.ruleY(own, {
              y: 'name',
              x1: ({ added }: Drawn) => added.low,
              x2: ({ added }: Drawn) => Math.min(high * 1.03, added.high),
              stroke: colour,
              strokeWidth: 5,
              strokeOpacity: 0.35,
              dy: dy + below,
            }),
            Plot.dot(own, {
              y: 'name',
              x: ({ added }: Drawn) => added.value,
              r: 4.5,
              fill: colour,
              symbol,
              dy: dy + below,
              title: told,
            }),
          ];
        }),
        Plot.text(
          rows.filter((row) => kinds.some((kind) => (row[kind]?.value ?? 0) > limit)),
          {
            y: 'name',
            frameAnchor: 'right',
            textAnchor: 'end',
            dy: below,
            text: (row: AddedRow) =>
              kinds
                .flatMap((kind) => {
                  const value = row[kind]?.value ?? 0;
                  return value > limit ? [`${addedStyles[kind].name} ${formatNs(value)}`] : [];
                })
                .join(', ')
                .concat(' ▸'),
            fill: colours.vermillion,
            stroke: colours.paper,
            strokeWidth: 4,
          },
        ),
        ...rowTexts(rows, options, space.narrow),
        ...shareHeading(rows, space.narrow),
      ],
    });
  };
}

function floorMarks(floorNs: number | undefined): Plot.Markish[] {
  if (floorNs === undefined) return [];
  return [
    Plot.ruleX([floorNs], {
      stroke: colours.green,
      strokeWidth: 1.5,
      strokeDasharray: '4 3',
      title: () => `a bare index probe: ${formatNs(floorNs)}`,
    }),
    Plot.text([floorNs], {
      x: (ns: number) => ns,
      frameAnchor: 'top',
      textAnchor: 'start',
      dx: 4,
      dy: -14,
      text: (ns: number) => `bare probe ${formatNs(ns)}`,
      fill: colours.green,
    }),
  ];
}

/** What the texts at the ends of the rows are shares of. */
function shareHeading(rows: readonly AddedRow[], narrow: boolean): Plot.Markish[] {
  if (rows.every(({ labels }) => labels.length === 0)) return [];
  return [
    Plot.text(['of one row'], {
      frameAnchor: 'top-right',
      textAnchor: narrow ? 'end' : 'start',
      dx: narrow ? 0 : 10,
      dy: -14,
      text: (words: string) => words,
      fill: colours.soft,
    }),
  ];
}

function rowTexts(
  rows: readonly AddedRow[],
  { emphasised }: AddedOptions,
  narrow: boolean,
): Plot.Markish[] {
  const classes = [...new Set(rows.flatMap(({ labels }) => labels.map((one) => one.className)))];
  return [400, 700].flatMap((fontWeight) => {
    const own = rows.filter(({ name }) => (name === emphasised) === (fontWeight === 700));
    const place = { y: 'name', fontWeight, dy: narrow ? -9 : 0 } as const;
    return [
      Plot.text(own, {
        ...place,
        text: 'name',
        frameAnchor: 'left',
        textAnchor: narrow ? 'start' : 'end',
        dx: narrow ? 0 : -10,
        fill: colours.ink,
        stroke: colours.paper,
        strokeWidth: 4,
      }),
      ...classes.map((className) =>
        Plot.text(own, {
          ...place,
          className,
          text: ({ labels }: AddedRow) =>
            labels.find((one) => one.className === className)?.text ?? '',
          frameAnchor: 'right',
          textAnchor: narrow ? 'end' : 'start',
          dx: narrow ? 0 : 10,
          fill: colours.soft,
        }),
      ),
    ];
  });
}

/** Where the scale ends: what is eight times the middle design's is printed instead; what the chart is about never. */
function scaleEnd(rows: readonly AddedRow[], { emphasised }: AddedOptions): number {
  const values = rows
    .flatMap((row) => kinds.flatMap((kind) => row[kind]?.value ?? []))
    .sort((a, b) => a - b);
  const typical = values[Math.floor((values.length - 1) / 2)] ?? 0;
  const own = rows.filter(({ name }) => name === emphasised);
  return Math.max(
    8 * typical,
    ...own.flatMap((row) => kinds.flatMap((kind) => row[kind]?.value ?? [])),
  );
}
