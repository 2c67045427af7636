import type { Results, SweepPoint } from '../../results/results.ts';
import { verdictOf } from '../../stats/bootstrap.ts';
import type { EstimateRange } from '../../stats/estimate.ts';
import { linesOverRows, type RowsLine, type RowsPoint } from '../charts/lines-over-rows.ts';
import { type Figure, lineLegend } from '../figure.ts';
import { formatNs, formatNsInterval, formatRatioInterval, inWords, shortCount } from '../format.ts';
import { colours, focusLimit, type LineStyle, lineStyles, modelStyle } from '../palette.ts';
import { defaultDesign } from '../questions.ts';

const floorStyle: LineStyle = { colour: colours.ink, dash: '2 3', symbol: 'times', width: 1.5 };

/** How a design's check grew from the smallest size of a sweep to the largest. */
export interface Scaling {
  readonly from: number;
  readonly to: number;
  /** The last over the first: as wide as both intervals allow. */
  readonly ratio: EstimateRange;
}

/** The scaling of one design's check over a sweep; undefined where fewer than two sizes have it. */
export function scalingOf(results: Results, design: string): Scaling | undefined {
  const points = pointsOf(results.sweep, design);
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first === last || !(first.value > 0)) {
    return undefined;
  }
  const [low, high] = [first.low ?? first.value, first.high ?? first.value];
  return {
    from: first.rows,
    to: last.rows,
    ratio: {
      value: last.value / first.value,
      low: (last.low ?? last.value) / high,
      high: (last.high ?? last.value) / low,
    },
  };
}

/** `at 100M messages the check costs 1.2 (1.1 to 1.4) times what it costs at 10k`. */
export function scalingText({ from, to, ratio }: Scaling): string {
  const bounds = formatRatioInterval(ratio);
  return verdictOf(ratio) === 'could not be told apart'
    ? `its cost at ${shortCount(to)} messages could not be told apart from its cost at ${shortCount(from)}: ${bounds} times`
    : `at ${shortCount(to)} messages the check costs ${bounds} times what it costs at ${shortCount(from)}`;
}

/** Time of the check against rows, each design's, with the floor; nothing without a sweep. */
export function costFigure(results: Results): readonly Figure[] {
  if (results.sweep.length < 2) return [];
  const names = sweptDesigns(results.sweep);
  const focus = focusDesigns(results.sweep, names);
  const style = lineStyles(focus);
  const floor: RowsLine = {
    name: 'floor: a bare probe',
    points: results.sweep.map((point) => ({ rows: point.messages, value: point.indexProbeNs })),
    style: floorStyle,
    labelled: true,
  };
  const lines: RowsLine[] = [
    ...names.map((name) => ({
      name,
      points: pointsOf(results.sweep, name).filter((point) => point.value > 0),
      style: style(name),
      labelled: focus.includes(name),
    })),
    floor,
    ...modelLine(results.sweep),
  ].filter((line) => line.points.length > 0);
  return [
    {
      id: 'cost-against-rows',
      finding: costFinding(results, names),
      reading:
        'Time that the check adds to one message inside the server (median and 95 % interval), against the number of messages in the database; both axes logarithmic. The floor is what no design can beat: a bare index probe. The model is the floor at the smallest size, growing as the pages that a probe must read do by the geometry of a btree.',
      legend: lineLegend(lines),
      legendWhereNarrow: true,
      chart: linesOverRows(lines, {
        label: 'Cost of the check against the number of messages',
        xAxis: 'messages in the database',
        yAxis: 'a check',
        yType: 'log',
        formatY: formatNs0,
        tell: ({ value, low, high }) =>
          low === undefined || high === undefined
            ? formatNs(value)
            : formatNsInterval({ value, low, high }),
      }),
      data: {
        caption: 'Time of one check, by design and number of messages',
        columns: [
          { heading: 'Design' },
          ...results.sweep.map((point) => ({
            heading: shortCount(point.messages),
            numeric: true,
          })),
        ],
        rows: [
          ...names.map((name) => [name, ...results.sweep.map((point) => costCell(point, name))]),
          ['floor: a bare probe', ...results.sweep.map((point) => formatNs(point.indexProbeNs))],
        ],
      },
    },
  ];
}

/** The floor, were the pages that it reads all that it costs: predicted levels, scaled at the smallest size. */
function modelLine(sweep: readonly SweepPoint[]): readonly RowsLine[] {
  const first = sweep[0];
  if (first === undefined) return [];
  const pages = (point: SweepPoint): number => point.tree.predictedLevel + 1;
  return [
    {
      name: 'model: pages of a btree',
      points: sweep.map((point) => ({
        rows: point.messages,
        value: (first.indexProbeNs * pages(point)) / pages(first),
      })),
      style: modelStyle,
      labelled: true,
      predicted: true,
    },
  ];
}

function costFinding(results: Results, names: readonly string[]): string {
  const scalings = names.flatMap((name) => {
    const scaling = scalingOf(results, name);
    return scaling === undefined ? [] : [{ name, scaling }];
  });
  const lead = scalings.find((entry) => entry.name === defaultDesign) ?? scalings[0];
  if (lead === undefined) return 'No design was measured at two sizes';
  const text = `${lead.name}: ${scalingText(lead.scaling)}`;
  // rows grow a thousandfold and more: what follows them is not told from its neighbours by a little
  const steep = scalings
    .filter(({ scaling }) => scaling.ratio.low > Math.sqrt(scaling.to / scaling.from))
    .map(({ name }) => name);
  if (steep.length === 0 || steep.includes(lead.name)) return text;
  return `${text}; ${inWords(steep)} grow${steep.length === 1 ? 's' : ''} with the data`;
}

function costCell(point: SweepPoint, name: string): string {
  const design = point.designs.find((candidate) => candidate.name === name);
  if (design === undefined) return '–';
  const cost = design.checkNsPerRow;
  if (cost === undefined) return design.status === 'timed' ? '–' : design.status;
  if (cost.low <= 0) return `≤ ${formatNs(cost.high)}`;
  return formatNsInterval(cost);
}

function sweptDesigns(sweep: readonly SweepPoint[]): readonly string[] {
  return [...new Set(sweep.flatMap((point) => point.designs.map((design) => design.name)))];
}

function pointsOf(sweep: readonly SweepPoint[], name: string): readonly RowsPoint[] {
  return sweep.flatMap((point) => {
    const cost = point.designs.find((design) => design.name === name)?.checkNsPerRow;
    if (cost === undefined) return [];
    // an interval that reaches below zero ends at the floor: a logarithm has no place for it
    const low = Math.max(cost.low, Math.min(cost.value, point.indexProbeNs));
    return [{ rows: point.messages, value: cost.value, low, high: cost.high }];
  });
}

/** The default, the cheapest and the dearest: what a chart of many lines brings to the front. */
function focusDesigns(sweep: readonly SweepPoint[], names: readonly string[]): readonly string[] {
  if (names.length <= focusLimit) return names;
  const byCost = names
    .map((name) => ({ name, cost: pointsOf(sweep, name).at(-1)?.value }))
    .filter((entry): entry is { name: string; cost: number } => entry.cost !== undefined)
    .sort((a, b) => a.cost - b.cost)
    .map((entry) => entry.name);
  const others = byCost.filter((name) => name !== defaultDesign);
  return [
    ...new Set([
      ...(names.includes(defaultDesign) ? [defaultDesign] : []),
      ...others.slice(0, 2),
      ...others.slice(-3),
    ]),
  ];
}

function formatNs0(ns: number): string {
  return formatNs(ns).replace(/\.0+ /, ' ');
}
