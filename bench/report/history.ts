import * as Plot from '@observablehq/plot';
import type { Results } from '../results/results.ts';
import { type ChangePoint, changePoints, shortestSeries } from '../stats/change-points.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import { serverName } from './environment-facts.ts';
import { type Figure, figureHtml } from './figure.ts';
import { counted, dateText, formatRatioInterval, inWords, shortCount } from './format.ts';
import { html } from './html.ts';
import type { Section } from './page.ts';
import { colours } from './palette.ts';
import { type Chart, plotSvg } from './plot.ts';
import { defaultDesign, mainQuestions, pairedOf, ratioOf } from './questions.ts';

/** Of fewer runs a history says nothing. */
const fewestRuns = 3;

/** One figure of one run. */
interface Point {
  readonly run: string;
  readonly startedAt: string;
  readonly ratio: EstimateRange;
}

/** A figure over the runs that have it. */
interface History {
  readonly words: string;
  readonly points: readonly Point[];
  readonly changes: readonly ChangePoint[];
}

/**
 * What the default design's check costs in one run after another, of the runs that can be compared: those
 * with as much data, the same server and the same machine as the newest; none where they are few.
 */
export function historySection(runs: readonly Results[]): readonly Section[] {
  const newest = [...runs].sort((a, b) => b.startedAt.localeCompare(a.startedAt))[0];
  if (newest === undefined) return [];
  const alike = runs
    .filter((run) => conditions(run) === conditions(newest))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));
  const histories = mainQuestions(newest)
    .map(({ words, scenario }) => historyOf(alike, words, scenario))
    .filter(({ points }) => points.length >= fewestRuns);
  if (histories.length === 0) return [];
  const changed = histories.filter(({ changes }) => changes.length > 0);
  return [
    {
      id: 'history',
      question: 'Has it changed?',
      mark: 'plain',
      answer: histories.every(({ points }) => points.length < shortestSeries)
        ? `${counted(alike.length, 'run')} can be compared; of fewer than ${shortestSeries} no change of level can be told.`
        : changed.length === 0
          ? `No change of level is told among ${counted(alike.length, 'run')} that can be compared.`
          : `The level changed for ${inWords(changed.map(({ words }) => words))}, among ${counted(alike.length, 'run')} that can be compared.`,
      body: html`${histories.map((history, index) => figureHtml(historyFigure(history, index)))}
<p class="soft">Runs with ${conditions(newest)}. A change of level is told by Pettitt’s test (1979), again in the parts before and after one.</p>`,
    },
  ];
}

/** What two runs must have in common to stand in one history. */
function conditions(results: Results): string {
  const { dataSet, environment, method } = results;
  const { machine } = environment;
  return `${shortCount(dataSet.messages)} messages, ${serverName(results)}, ${machine.cpuModel} (${machine.cpus})${method.ratio === undefined ? ', ratios of sessions' : ''}`;
}

function historyOf(runs: readonly Results[], words: string, scenario: string): History {
  const points = runs.flatMap((run) => {
    const paired = pairedOf(
      run.designs.find(({ name }) => name === defaultDesign),
      scenario,
    );
    return paired === undefined
      ? []
      : [{ run: run.runId, startedAt: run.startedAt, ratio: ratioOf(paired.paired) }];
  });
  return { words, points, changes: changePoints(points.map(({ ratio }) => ratio.value)) };
}

function historyFigure({ words, points, changes }: History, index: number): Figure {
  const at = changes.map((change) => points[change.at]).filter((point) => point !== undefined);
  return {
    id: `history-${index}`,
    finding:
      at.length === 0
        ? points.length < shortestSeries
          ? `${words}: ${points.length} runs, too few to tell a change of level`
          : `${words}: no change of level in ${points.length} runs`
        : `${words}: another level from ${inWords(at.map(({ run }) => run))} on`,
    reading:
      index > 0
        ? ''
        : `Time with the check over time without it, ${defaultDesign}, with 95 % intervals, in the order of the runs. A vertical line stands before the first run of another level.`,
    chart: historyChart(words, points, changes),
    data: {
      caption: `${words}, run by run`,
      columns: [{ heading: 'Run' }, { heading: 'Started' }, { heading: 'Ratio', numeric: true }],
      rows: points.map(({ run, startedAt, ratio }) => [
        run,
        dateText(startedAt),
        formatRatioInterval(ratio),
      ]),
    },
  };
}

function historyChart(
  words: string,
  points: readonly Point[],
  changes: readonly ChangePoint[],
): Chart {
  const placed = points.map((point, place) => ({ ...point, place }));
  return (space) =>
    plotSvg(`${words}, run after run`, space, {
      height: space.narrow ? 180 : 200,
      marginLeft: 50,
      marginBottom: 40,
      x: {
        domain: [-0.5, points.length - 0.5],
        label: 'runs, the oldest first',
        ticks: [],
      },
      y: { label: 'with the check / without', grid: true, ticks: 5, nice: true },
      marks: [
        Plot.ruleX(placed, {
          x: 'place',
          y1: ({ ratio }: Point) => ratio.low,
          y2: ({ ratio }: Point) => ratio.high,
          stroke: colours.blue,
          strokeWidth: 3,
          strokeOpacity: 0.4,
        }),
        Plot.dot(placed, {
          x: 'place',
          y: ({ ratio }: Point) => ratio.value,
          r: 4,
          fill: colours.blue,
          title: ({ run, ratio }: Point) => `${run}: ${formatRatioInterval(ratio)}`,
        }),
        Plot.ruleX(
          changes.map(({ at }) => at - 0.5),
          { stroke: colours.vermillion, strokeDasharray: '4 3' },
        ),
      ],
    });
}
