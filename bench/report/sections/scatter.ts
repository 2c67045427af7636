import type { Results } from '../../results/results.ts';
import { type ScatterPoint, scatterChart } from '../charts/scatter.ts';
import type { Figure } from '../figure.ts';
import { formatNs, formatNsInterval, inWords } from '../format.ts';
import { differenceOf, leadDesign, pairedOf, questionsOf, timedDesigns } from '../questions.ts';

/** What a design adds to one row against what it adds to a row in bulk; nothing for fewer than three designs. */
export function scatterFigure(results: Results): readonly Figure[] {
  const questions = questionsOf(results);
  const points = timedDesigns(results).flatMap((design): readonly ScatterPoint[] => {
    const one = pairedOf(design, questions.oneRow ?? questions.oneRowNotDurable);
    const many = pairedOf(design, questions.bulk);
    return one === undefined || many === undefined
      ? []
      : [{ name: design.name, x: differenceOf(one.paired), y: differenceOf(many.paired) }];
  });
  if (points.length < 3) return [];
  const lead = leadDesign(results)?.name;
  const limits = { x: limitOf(points, 'x', lead), y: limitOf(points, 'y', lead) };
  const drawn = points.filter(({ x, y }) => x.value <= limits.x && y.value <= limits.y);
  const beyond = points.filter((point) => !drawn.includes(point));
  const unbeaten = drawn.filter(
    (point) =>
      !drawn.some((other) => other.x.value < point.x.value && other.y.value < point.y.value),
  );
  return [
    {
      id: 'scatter',
      finding: `By their middle figures no design beats in both: ${inWords(unbeaten.map(({ name }) => name))}`,
      reading: `What the check adds to one row, against what it adds to a row in bulk; both intervals as a cross. What lies near the lower left corner is cheap in both.${
        beyond.length === 0
          ? ''
          : ` Off the scale: ${beyond.map(({ name, x, y }) => `${name} (${formatNs(x.value)}, ${formatNs(y.value)})`).join(', ')}.`
      }`,
      chart: scatterChart(drawn, {
        label: 'Added to one row against added to a row in bulk, by design',
        xAxis: 'added to one row',
        yAxis: 'added to a row in bulk',
        emphasised: lead,
      }),
      data: {
        caption: 'One row and bulk, by design',
        columns: [
          { heading: 'Design' },
          { heading: 'Added to one row', numeric: true },
          { heading: 'Added to a row in bulk', numeric: true },
        ],
        rows: points.map(({ name, x, y }) => [name, formatNsInterval(x), formatNsInterval(y)]),
      },
    },
  ];
}

/** Three times the middle design's, or the lead's own. */
function limitOf(
  points: readonly ScatterPoint[],
  axis: 'x' | 'y',
  lead: string | undefined,
): number {
  const values = points.map((point) => point[axis].value).sort((a, b) => a - b);
  const typical = values[Math.floor((values.length - 1) / 2)] ?? 0;
  const own = points.filter(({ name }) => name === lead).map((point) => point[axis].value);
  return Math.max(3 * typical, ...own);
}
