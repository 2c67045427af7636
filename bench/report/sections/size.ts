import type { DesignResult, RelationSize, Results } from '../../results/results.ts';
import { barChart } from '../charts/bars.ts';
import type { Figure } from '../figure.ts';
import { formatBytes, formatCount, formatNs } from '../format.ts';
import { colours } from '../palette.ts';
import { leadDesign, timedDesigns } from '../questions.ts';

/** Bytes of all relations that exist for a design's check. */
export function totalSize(design: DesignResult): number {
  return sizeOf(design.sizes, 'table') + sizeOf(design.sizes, 'index');
}

/** Size on disk and build time of each design. */
export function sizeFigures(results: Results): readonly Figure[] {
  const timed = timedDesigns(results).filter((design) => design.sizes.length > 0);
  return [...(timed.length === 0 ? [] : [sizeFigure(results, timed)]), ...buildFigure(results)];
}

function sizeFigure(results: Results, timed: readonly DesignResult[]): Figure {
  const sorted = [...timed].sort((a, b) => totalSize(a) - totalSize(b));
  const [least, most] = [sorted[0], sorted.at(-1)];
  const lead = leadDesign(results);
  return {
    id: 'size',
    finding:
      least === undefined || most === undefined || totalSize(least) === totalSize(most)
        ? `Each design takes ${least === undefined ? 'no space' : formatBytes(totalSize(least))} on disk`
        : `On disk, ${least.name} takes least (${formatBytes(totalSize(least))}) and ${most.name} most (${formatBytes(totalSize(most))})`,
    reading:
      'Tables and indexes that exist for the check, after building the design over the data that was there.',
    legend: [
      { colour: colours.blue, name: 'tables', shape: 'bar' },
      { colour: colours.orange, name: 'indexes', shape: 'bar' },
    ],
    chart: barChart(
      sorted.map((design) => ({
        name: design.name,
        label: formatBytes(totalSize(design)),
        parts: [
          { colour: colours.blue, value: sizeOf(design.sizes, 'table') },
          { colour: colours.orange, value: sizeOf(design.sizes, 'index') },
        ],
      })),
      {
        label: 'Size on disk by design',
        axis: 'size on disk',
        kind: 'bytes',
        ...(lead === undefined ? {} : { emphasised: lead.name }),
      },
    ),
    data: {
      caption: 'Relations of each design',
      columns: [
        { heading: 'Design' },
        { heading: 'Relation' },
        { heading: 'Kind' },
        { heading: 'Size', numeric: true },
        { heading: 'Rows', numeric: true },
      ],
      rows: sorted.flatMap((design) =>
        design.sizes.map((relation) => [
          design.name,
          relation.name,
          relation.kind,
          formatBytes(relation.sizeBytes),
          formatCount(Math.max(0, relation.rows)),
        ]),
      ),
    },
  };
}

function buildFigure(results: Results): readonly Figure[] {
  const built = timedDesigns(results)
    .flatMap((design) =>
      design.buildMs === undefined ? [] : [{ name: design.name, ns: design.buildMs * 1e6 }],
    )
    .sort((a, b) => a.ns - b.ns);
  const [quickest, slowest] = [built[0], built.at(-1)];
  if (quickest === undefined || slowest === undefined) return [];
  return [
    {
      id: 'build-time',
      finding:
        built.length === 1
          ? `${quickest.name} is built over the data in ${formatNs(quickest.ns)}`
          : `Built over the data that was there, ${quickest.name} takes ${formatNs(quickest.ns)}, ${slowest.name} ${formatNs(slowest.ns)}`,
      reading:
        'Time of the design’s migration, backfill and indexes included. One measurement each: read the orders of magnitude. The default design has none: it is the schema.',
      chart: barChart(
        built.map((entry) => ({
          name: entry.name,
          label: formatNs(entry.ns),
          parts: [{ colour: colours.blue, value: entry.ns }],
        })),
        { label: 'Build time by design', axis: 'build time', kind: 'ns' },
      ),
      data: {
        caption: 'Build time by design',
        columns: [{ heading: 'Design' }, { heading: 'Build time', numeric: true }],
        rows: built.map((entry) => [entry.name, formatNs(entry.ns)]),
      },
    },
  ];
}

function sizeOf(sizes: readonly RelationSize[], kind: RelationSize['kind']): number {
  return sizes
    .filter((relation) => relation.kind === kind)
    .reduce((sum, relation) => sum + relation.sizeBytes, 0);
}
