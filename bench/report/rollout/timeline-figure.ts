import * as Plot from '@observablehq/plot';
import { atOnce, byFiles, longestMs } from '../../rollout/longest.ts';
import type { RolloutResults, RolloutSecond, RolloutStage } from '../../rollout/results.ts';
import { stageLabel } from '../../rollout/stage-label.ts';
import { msAxis } from '../charts/ms-axis.ts';
import { secondsAxis } from '../charts/seconds-axis.ts';
import type { Figure } from '../figure.ts';
import { formatNs } from '../format.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';

/** Less than this is drawn as this: the axis is logarithmic. */
const leastMs = 0.1;

/** So many points are drawn at most; of a longer rehearsal each stands for some seconds. */
const mostPoints = 600;

/** The longest operation of each second or some seconds, and which stage it was in. */
export function timelineFigure(results: RolloutResults): Figure {
  const { stepS, points } = inSteps(results.timeline);
  const each = stepS === 1 ? 'each second' : `each ${stepS} seconds`;
  const naive = atOnce(results.stages);
  const longest = longestMs(byFiles(results.stages));
  const inWords = `By the files no send took longer than ${formatNs(longest * 1e6)}`;
  return {
    id: 'timeline',
    finding:
      naive?.sends.longestMs === undefined || naive.sends.longestMs === null
        ? inWords
        : `${inWords}; all at once one took ${formatNs(naive.sends.longestMs * 1e6)}`,
    reading: `The longest operation of ${each}, send or report, from when it was due (logarithmic): ${results.ratePerSecond} operations a second, ${results.clients} sessions. Bands are the stages.`,
    legend: [
      { colour: colours.blue, name: `longest operation of ${each}`, shape: 'dot' },
      { colour: colours.green, name: 'a stage of the files', shape: 'bar' },
      { colour: colours.vermillion, name: 'all at once', shape: 'bar' },
    ],
    chart: timelineChart(results.stages, points, stepS, naive),
    data: {
      caption: `The longest operation in ${each} of the traffic`,
      columns: [
        { heading: stepS === 1 ? 'Second' : 'From second', numeric: true },
        { heading: 'Operations', numeric: true },
        { heading: 'Longest', numeric: true },
      ],
      rows: points.map(({ startS, operations, longestMs }) => [
        String(startS),
        String(operations),
        formatNs(longestMs * 1e6),
      ]),
    },
  };
}

/** Neighbouring seconds taken together, so that there are few enough of them. */
function inSteps(timeline: readonly RolloutSecond[]): {
  readonly stepS: number;
  readonly points: readonly Point[];
} {
  const seconds = Math.max(0, ...timeline.map(({ startS }) => startS)) + 1;
  const stepS = Math.ceil(seconds / mostPoints);
  const points = new Map<number, Point>();
  for (const { startS, operations, longestMs } of timeline) {
    const from = Math.floor(startS / stepS) * stepS;
    const before = points.get(from) ?? { startS: from, operations: 0, longestMs: 0 };
    points.set(from, {
      startS: from,
      operations: before.operations + operations,
      longestMs: Math.max(before.longestMs, longestMs),
    });
  }
  return { stepS, points: [...points.values()] };
}

type Point = Omit<RolloutSecond, 'refused'>;

function timelineChart(
  stages: readonly RolloutStage[],
  points: readonly Point[],
  stepS: number,
  naive: RolloutStage | undefined,
): Chart {
  const banded = stages.filter(({ name }) => name !== 'calm');
  const end = Math.max(
    1,
    ...points.map(({ startS }) => startS + stepS),
    ...banded.map(({ startS, seconds }) => startS + seconds),
  );
  const shown = points.map(({ longestMs }) => Math.max(leastMs, longestMs));
  const [least, most] = [
    10 ** Math.floor(Math.log10(Math.min(10, ...shown))),
    10 ** Math.ceil(Math.log10(Math.max(1_000, ...shown))),
  ];
  return (space) =>
    plotSvg('The longest operation over time, with the stages of the rollout', space, {
      height: space.narrow ? 240 : 280,
      marginLeft: most > 60_000 ? 84 : 60, // 16 min 40 s is a long word
      marginBottom: 42,
      marginTop: 28,
      x: secondsAxis(end, space.narrow, 'since the traffic began'),
      y: msAxis(least, most, 'longest operation'),
      marks: [
        Plot.rectX(banded, {
          x1: 'startS',
          x2: ({ startS, seconds }: RolloutStage) => Math.max(startS + seconds, startS + end / 400),
          fill: (stage: RolloutStage) => (stage === naive ? colours.vermillion : colours.green),
          fillOpacity: 0.25,
          title: (stage: RolloutStage) => `${stageLabel(stage)}: ${formatNs(stage.seconds * 1e9)}`,
        }),
        Plot.dot(points, {
          x: ({ startS }: Point) => startS + stepS / 2,
          y: ({ longestMs }: Point) => Math.max(leastMs, longestMs),
          r: 2.5,
          fill: colours.blue,
        }),
      ],
    });
}
