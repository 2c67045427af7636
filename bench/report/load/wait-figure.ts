import * as Plot from '@observablehq/plot';
import { itemAt } from '../../../db/item-at.ts';
import { sessionsByWait } from '../../load/record/waits.ts';
import type { LoadTrial } from '../../load/results/results.ts';
import { secondsAxis } from '../charts/seconds-axis.ts';
import { figureHtml } from '../figure.ts';
import { formatCount, significant } from '../format.ts';
import type { Html } from '../html.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { linearTicks } from '../ticks.ts';
import { captionOf } from './words.ts';

/** What the load's sessions waited for. */
export function waitFigure(trial: LoadTrial, section: string, explained: boolean): Html {
  const shown = shownWaits(trial);
  const sorted = sessionsByWait(trial);
  const samples = trial.intervals.reduce((sum, { server }) => sum + server.samples, 0);
  const total = sorted.reduce((sum, { sessions }) => sum + sessions, 0);
  const [top] = sorted;
  return figureHtml({
    id: `${section}-waits`,
    finding:
      top === undefined
        ? 'No session was ever seen at work'
        : `Of ${trial.clients} sessions ${significant(total / Math.max(1, samples), 2)} were at work on average, ${Math.round((100 * top.sessions) / total)} % of them ${top.wait === 'CPU' ? 'not waiting for anything but a processor' : `waiting for ${top.wait}`}`,
    reading: !explained
      ? ''
      : 'The load’s sessions at work, sampled once a second, by what they waited for (pg_stat_activity).',
    legend: shown.map(({ name, colour }) => ({ colour, name, shape: 'bar' })),
    chart: waitChart(trial),
    data: {
      ...captionOf('Sessions by wait event, summed over the samples', trial, explained),
      columns: [{ heading: 'wait event' }, { heading: 'sessions', numeric: true }],
      rows: sorted.map(({ wait, sessions }) => [wait, formatCount(sessions)]),
    },
  });
}

const waitColours = [
  colours.vermillion,
  colours.purple,
  colours.orange,
  colours.green,
  colours.sky,
];

/** Wait events with a colour of their own, CPU first; the others together. */
function shownWaits(
  trial: LoadTrial,
): readonly { readonly name: string; readonly colour: string }[] {
  const waits = sessionsByWait(trial)
    .filter(({ wait }) => wait !== 'CPU')
    .slice(0, waitColours.length)
    .map(({ wait: name }, index) => ({ name, colour: itemAt(waitColours, index) }));
  return [
    { name: 'CPU', colour: colours.blue },
    ...waits,
    { name: 'other', colour: colours.muted },
  ];
}

/** Sessions at work over time, by what they wait for. */
function waitChart(trial: LoadTrial): Chart {
  return (space) => {
    const shown = shownWaits(trial);
    const during = trial.intervals.filter(({ startS }) => startS < trial.plannedS);
    const step = Math.max(1, Math.ceil(during.length / (space.narrow ? 60 : 150)));
    const bars: { x1: number; x2: number; name: string; sessions: number }[] = [];
    for (let at = 0; at < during.length; at += step) {
      const group = during.slice(at, at + step);
      const samples = group.reduce((sum, { server }) => sum + server.samples, 0);
      if (samples === 0) continue;
      const [first, last] = [group[0], group.at(-1)];
      if (first === undefined || last === undefined) continue;
      for (const { name } of shown) {
        const sessions = group.reduce(
          (sum, { server }) => sum + waitsOf(server.waits, name, shown),
          0,
        );
        if (sessions > 0)
          bars.push({
            x1: first.startS,
            x2: last.startS + last.lengthS,
            name,
            sessions: sessions / samples,
          });
      }
    }
    const sums = new Map<number, number>();
    for (const { x1, sessions } of bars) sums.set(x1, (sums.get(x1) ?? 0) + sessions);
    const most = Math.max(1, Math.ceil(Math.max(0, ...sums.values())));
    return plotSvg('Sessions at work', space, {
      height: space.narrow ? 200 : 220,
      marginLeft: 52,
      marginBottom: 42,
      x: secondsAxis(trial.plannedS, space.narrow, 'since the start'),
      y: {
        label: 'sessions at work',
        grid: true,
        ticks: linearTicks(0, most, Math.min(5, most), 'count').values,
        tickFormat: formatCount,
      },
      color: { domain: shown.map(({ name }) => name), range: shown.map(({ colour }) => colour) },
      marks: [
        Plot.rectY(
          bars,
          Plot.stackY({
            x1: 'x1',
            x2: 'x2',
            y: 'sessions',
            fill: 'name',
            title: ({ x1, name, sessions }: (typeof bars)[number]) =>
              `second ${x1}: ${significant(sessions, 2)} ${name}`,
            order: shown.map(({ name }) => name),
          }),
        ),
        Plot.ruleY([0]),
      ],
    });
  };
}

function waitsOf(
  waits: Readonly<Record<string, number>>,
  name: string,
  shown: readonly { readonly name: string }[],
): number {
  if (name !== 'other') return waits[name] ?? 0;
  return Object.entries(waits)
    .filter(([wait]) => !shown.some((known) => known.name === wait))
    .reduce((sum, [, sessions]) => sum + sessions, 0);
}
