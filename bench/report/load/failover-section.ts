import * as Plot from '@observablehq/plot';
import { lossText } from '../../load/failover/failover-line.ts';
import type { Failover, LoadResults } from '../../load/results/results.ts';
import { figureHtml, tableHtml } from '../figure.ts';
import { counted, formatCount } from '../format.ts';
import { folded, html } from '../html.ts';
import type { Section } from '../page.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { errorsTable } from './errors-table.ts';
import {
  failoverMark,
  failoverSteps,
  failoverVerdict,
  standbyText,
  timesText,
} from './failover-text.ts';
import { sentence } from './words.ts';

/** What a failover costs: what is lost, and how long nobody is served. */
export function failoverSection(
  failovers: readonly Failover[],
  { trials }: Pick<LoadResults, 'trials'>,
): Section {
  const [first] = failovers;
  const loses = failovers.some(({ lost }) => lost.messages.length + lost.reports.length > 0);
  return {
    id: 'failovers',
    question: 'What does a failover lose?',
    mark: failoverMark(failovers),
    answer:
      first === undefined
        ? 'No primary was killed.'
        : `${counted(failovers.length, 'failover')} with ${standbyText(first)}: ${sentence(failoverVerdict(failovers, trials))}`,
    body: [
      figureHtml({
        id: 'failover-times',
        finding: `After the kill the standby was promoted in ${timesText(failovers, ({ promotedS }) => promotedS)}, and the load had its next answer in ${timesText(failovers, ({ answeredS }) => answeredS)}`,
        reading:
          'Each line is one failover, from the kill of the primary; the client that keeps trying sends to a blocked number first.',
        legend: stepColours.map((colour, index) => ({
          colour,
          name: failoverSteps[index]?.name ?? '',
          shape: 'dot',
        })),
        chart: timesChart(failovers),
        data: {
          caption: 'Milliseconds after the kill',
          columns: [
            { heading: 'failover', numeric: true },
            { heading: 'killed at', numeric: true },
            ...failoverSteps.map(({ name }) => ({ heading: name, numeric: true })),
            { heading: 'lost' },
          ],
          rows: failovers.map((failover, index) => [
            String(index + 1),
            `${failover.killedS.toFixed(2)}\u00a0s`,
            ...failoverSteps.map(({ at }) => {
              const seconds = at(failover);
              return seconds === null
                ? '–'
                : formatCount(Math.round((seconds - failover.killedS) * 1000));
            }),
            lossText(failover.lost),
          ]),
        },
      }),
      ...(loses ? [lostRowsTable(failovers)] : []),
      html`<p>A row counts as lost where its insert was acknowledged, the killed primary has it (it was started once more, by itself) and the promoted standby has not. Both servers and the generator shared one machine: the times are those of the servers, without a network and without whatever notices that a primary is gone.</p>`,
      errorsTable(trials, 'all loads'),
    ],
  };
}

/** Rows listed on the page; load.json has all of them. */
const rowsListed = 200;

function lostRowsTable(failovers: readonly Failover[]) {
  const rows = failovers.flatMap(({ lost }, index) => [
    ...lost.blocks.map((phone) => [String(index + 1), 'block', phone]),
    ...lost.optOuts.map(({ phone }) => [String(index + 1), 'opt-out', phone]),
    ...lost.reports.map(({ id, event, errorCode }) => [
      String(index + 1),
      `report (${errorCode ?? event})`,
      id,
    ]),
    ...lost.messages.map((id) => [String(index + 1), 'message', id]),
  ]);
  const all = rows.length <= rowsListed;
  return folded(
    'What was lost',
    tableHtml({
      caption: all ? 'All of it' : `The first ${rowsListed} of ${formatCount(rows.length)}`,
      columns: [{ heading: 'failover', numeric: true }, { heading: 'what' }, { heading: 'which' }],
      rows: rows.slice(0, rowsListed),
    }),
  );
}

const stepColours = [colours.orange, colours.vermillion, colours.green, colours.blue];

function timesChart(failovers: readonly Failover[]): Chart {
  return (space) => {
    const points = failovers.flatMap((failover, index) =>
      failoverSteps.flatMap(({ name, at }, step) => {
        const seconds = at(failover);
        return seconds === null
          ? []
          : [{ failover: index + 1, name, step, ms: (seconds - failover.killedS) * 1000 }];
      }),
    );
    const lines = failovers.map((_, index) => index + 1);
    return plotSvg('After the kill', space, {
      height: Math.max(120, 70 + 16 * failovers.length),
      marginLeft: 52,
      marginBottom: 42,
      x: { label: 'ms after the kill', grid: true, zero: true, ticks: 6 },
      y: { label: 'failover', domain: lines, type: 'point' },
      marks: [
        Plot.ruleX([0]),
        Plot.ruleY(points, {
          y: 'failover',
          x1: 0,
          x2: 'ms',
          stroke: colours.muted,
          strokeOpacity: 0.4,
        }),
        Plot.dot(points, {
          x: 'ms',
          y: 'failover',
          r: 4,
          fill: ({ step }: (typeof points)[number]) => stepColours[step] ?? colours.ink,
          title: ({ name, ms }: (typeof points)[number]) => `${name}: ${Math.round(ms)} ms`,
        }),
      ],
    });
  };
}
