import { itemAt } from '../../../db/item-at.ts';
import type { Results, ScalingResult, ScalingSize } from '../../results/results.ts';
import { verdictOf } from '../../stats/bootstrap.ts';
import { linesOverRows, type RowsLine } from '../charts/lines-over-rows.ts';
import { type Figure, lineLegend } from '../figure.ts';
import { formatCount, formatNsInterval, formatRatioInterval, shortCount } from '../format.ts';
import { colours, modelStyle } from '../palette.ts';

/** The smallest size, and the one that has as many blocked numbers as the data set; undefined where they are not two. */
export function scalingEnds({
  scaling,
  dataSet,
}: Pick<Results, 'scaling' | 'dataSet'>):
  | { readonly first: ScalingSize; readonly own: ScalingSize }
  | undefined {
  const first = scaling?.sizes[0];
  const own = scaling?.sizes.findLast((size) => size.rows <= dataSet.blockedContacts);
  return first === undefined || own === undefined || own === first ? undefined : { first, own };
}

/** `among 4M blocked numbers a lookup takes 1.1 (1.0 to 1.2) times what it takes among 400`; undefined where it was not measured. */
export function lookupScalingText(results: Results): string | undefined {
  const ends = scalingEnds(results);
  if (ends === undefined) return undefined;
  const { first, own } = ends;
  const ratio = own.lookup.ratio;
  const bounds = formatRatioInterval(ratio);
  const [many, few] = [shortCount(own.rows), shortCount(first.rows)];
  return verdictOf(ratio) === 'could not be told apart'
    ? `a lookup among ${many} blocked numbers could not be told apart from one among ${few}: ${bounds} times`
    : `a lookup among ${many} blocked numbers takes ${bounds} times what it takes among ${few}`;
}

/** A lookup against the rows it looks among, sizes in turns; nothing where it was not measured. */
export function scalingFigure(results: Results): readonly Figure[] {
  const { scaling } = results;
  if (scaling === undefined || scaling.sizes.length < 2) return [];
  const lines = linesOf(scaling);
  const text = lookupScalingText(results) ?? 'a lookup against the numbers it looks among';
  return [
    {
      id: 'lookup-scaling',
      finding: text.charAt(0).toUpperCase() + text.slice(1),
      reading:
        'Time of one lookup as a multiple of the same lookup in the smallest table, against the number of blocked numbers (logarithmic). Tables of all sizes stand side by side in one server and their blocks alternate in random order, so that a machine which becomes slower meanwhile slows all alike. The lookup is the one that the trigger does; the bare probe is its index access alone. Every lookup is of another number, one right after the other, so that little of a large index is in the processor’s caches. The model is the number of pages that a probe reads.',
      legend: lineLegend(lines),
      legendWhereNarrow: true,
      chart: linesOverRows(lines, {
        label:
          'Time of a lookup against the number of blocked numbers, relative to the smallest table',
        xAxis: 'blocked numbers',
        yAxis: 'times the smallest',
        yType: 'linear',
        formatY: (value) => `${value}×`,
        tell: ({ value, low = value, high = value }) =>
          `${formatRatioInterval({ value, low, high })} times the smallest`,
      }),
      data: {
        caption: `Lookups in tables of several sizes, ${scaling.rounds} blocks of ${formatCount(scaling.lookupsPerBlock)} each, in turns`,
        columns: [
          { heading: 'Blocked numbers', numeric: true },
          { heading: 'Pages by the model', numeric: true },
          { heading: 'Lookup', numeric: true },
          { heading: 'to the smallest', numeric: true },
          { heading: 'Bare probe', numeric: true },
          { heading: 'to the smallest', numeric: true },
        ],
        rows: scaling.sizes.map(({ rows, predictedBuffers, lookup, probe }) => [
          formatCount(rows),
          String(predictedBuffers),
          ...[lookup, probe].flatMap(({ ns, ratio }) => [
            formatNsInterval(ns),
            formatRatioInterval(ratio),
          ]),
        ]),
      },
    },
  ];
}

function linesOf({ sizes }: ScalingResult): readonly RowsLine[] {
  const points = (kind: 'lookup' | 'probe'): RowsLine['points'] =>
    sizes.map((size) => {
      const { value, low, high } = size[kind].ratio;
      return { rows: size.rows, value, low, high };
    });
  const smallest = itemAt(sizes, 0).predictedBuffers;
  return [
    {
      name: 'lookup in PL/pgSQL',
      points: points('lookup'),
      style: { colour: colours.blue, dash: '', symbol: 'circle', width: 2.5 },
      labelled: true,
    },
    {
      name: 'bare probe',
      points: points('probe'),
      style: { colour: colours.ink, dash: '2 3', symbol: 'times', width: 1.5 },
      labelled: true,
    },
    {
      name: 'model: pages of a btree',
      points: sizes.map(({ rows, predictedBuffers }) => ({
        rows,
        value: predictedBuffers / smallest,
      })),
      style: modelStyle,
      labelled: true,
      predicted: true,
      steps: true,
    },
  ];
}
