import * as Plot from '@observablehq/plot';
import type { LoadTrial } from '../../load/results/results.ts';
import { secondsAxis } from '../charts/seconds-axis.ts';
import { figureHtml } from '../figure.ts';
import { formatCount, significant } from '../format.ts';
import type { Html } from '../html.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { captionOf } from './words.ts';

/** What was answered each second, by kind. */
export function rateFigure(trial: LoadTrial, section: string, explained: boolean): Html {
  const { counts } = trial;
  const sends = counts.accepted + counts.refused;
  const share = sends === 0 ? 0 : (100 * counts.refused) / sends;
  return figureHtml({
    id: `${section}-answers`,
    finding: `${significant(share, 2)} % of the sends were refused; ${formatCount(counts.optedOut)} reports said 21610, and ${formatCount(trial.verification.optOuts.mustBeBlocked)} numbers became blocked`,
    reading: explained ? 'Answers each second, by kind.' : '',
    legend: [
      { colour: rateColours.accepted, name: 'sends accepted', dash: rateDashes.accepted },
      { colour: rateColours.reports, name: 'reports', dash: rateDashes.reports },
      { colour: rateColours.refused, name: 'sends refused', dash: rateDashes.refused },
    ],
    chart: rateChart(trial),
    data: {
      ...captionOf('What was done', trial, explained),
      columns: [{ heading: 'operation' }, { heading: 'number', numeric: true }],
      rows: Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([name, count]) => [name, formatCount(count)]),
    },
  });
}

/** The look of the rate chart's lines. */
const rateColours = {
  accepted: colours.blue,
  reports: colours.green,
  refused: colours.vermillion,
} as const;
const rateDashes = { accepted: '', reports: '7 3', refused: '2 2' } as const;

/** A point of one line. */
interface Answers {
  readonly x: number;
  readonly y: number;
  readonly name: keyof typeof rateColours;
}

/** What was answered each second: accepted sends, reports, refusals. */
function rateChart(trial: LoadTrial): Chart {
  return (space) => {
    // the last interval may be a fraction of a second in which the backlog ended
    const shown = trial.intervals.filter(({ startS }) => startS < trial.plannedS);
    const series = shown.flatMap((interval): readonly Answers[] => {
      const { counts, startS, lengthS } = interval;
      const x = startS + lengthS / 2;
      const reports = counts.delivered + counts.filtered + counts.optedOut;
      return [
        { x, y: counts.accepted / lengthS, name: 'accepted' },
        { x, y: reports / lengthS, name: 'reports' },
        { x, y: counts.refused / lengthS, name: 'refused' },
      ];
    });
    return plotSvg('Answers a second', space, {
      height: space.narrow ? 200 : 220,
      marginLeft: 52,
      marginBottom: 42,
      x: secondsAxis(trial.plannedS, space.narrow, 'since the start'),
      y: { label: 'answers a second', grid: true, zero: true, ticks: 5 },
      marks: [
        Plot.ruleY([0]),
        ...(['accepted', 'reports', 'refused'] as const).map((name) =>
          Plot.lineY(
            series.filter((point) => point.name === name),
            {
              x: 'x',
              y: 'y',
              stroke: rateColours[name],
              strokeWidth: 2,
              strokeDasharray: rateDashes[name],
            },
          ),
        ),
        Plot.dot(
          series.filter((_, index) => Math.floor(index / 3) % Math.ceil(shown.length / 60) === 0),
          {
            x: 'x',
            y: 'y',
            r: 2,
            fill: ({ name }: Answers) => rateColours[name],
            title: ({ x, y, name }: Answers) =>
              `second ${Math.floor(x)}: ${name} ${formatCount(y)}/s`,
          },
        ),
      ],
    });
  };
}
