import * as Plot from '@observablehq/plot';
import type { LoadResults, LoadTrial, RampResult } from '../../load/results/results.ts';
import { figureHtml } from '../figure.ts';
import { formatCount } from '../format.ts';
import type { Section } from '../page.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { ms, sentence } from './words.ts';

/** The search for the highest rate that keeps an objective. */
export function rampSection(ramp: RampResult, results: LoadResults): Section {
  const trials = results.trials.filter(({ design }) => design === ramp.design);
  return {
    id: `ramp-${ramp.design}`,
    question: `How much can ${ramp.design} take${ramp.check === 'off' ? ' with its check off' : ''}?`,
    mark: ramp.highestRate === null ? 'bad' : 'good',
    answer:
      ramp.highestRate === null
        ? `Not even ${formatCount(ramp.from)} operations a second kept ${ramp.objective}.`
        : `${formatCount(ramp.highestRate)} operations a second kept ${ramp.objective}.`,
    body: figureHtml({
      id: `ramp-rates-${ramp.design}`,
      finding: sentence(ramp.finding),
      reading: `Each rate was offered for ${trials[0]?.plannedS ?? '?'} s, open loop. Filled: the objective was kept. Hollow: missed.`,
      legend: [
        { colour: colours.vermillion, name: 'p99' },
        { colour: colours.ink, name: 'p50', dash: '4 3' },
      ],
      chart: rampChart(ramp, trials),
      data: {
        caption: 'Trials in the order in which they were made',
        columns: [{ heading: 'rate' }, { heading: 'objective' }, { heading: 'why' }],
        rows: ramp.rates.map(({ rate, kept, reason }) => [
          formatCount(rate),
          kept ? 'kept' : 'missed',
          reason,
        ]),
      },
    }),
  };
}

/** The rates of a ramp and the latency at each. */
function rampChart(ramp: RampResult, trials: readonly LoadTrial[]): Chart {
  return (space) => {
    const points = trials.flatMap((trial, index) => {
      const tried = ramp.rates[index];
      const p99 = trial.latency.all.p99Ms;
      return tried === undefined || p99 === null || typeof trial.rate !== 'number'
        ? []
        : [{ rate: trial.rate, p50: trial.latency.all.p50Ms, p99, kept: tried.kept }];
    });
    const sorted = [...points].sort((a, b) => a.rate - b.rate);
    return plotSvg('Latency against rate', space, {
      height: space.narrow ? 240 : 300,
      marginLeft: 52,
      marginBottom: 42,
      x: { type: 'log', label: 'operations offered a second', tickFormat: '~s', ticks: 5 },
      y: { type: 'log', label: 'latency, ms', grid: true, tickFormat: '~g', ticks: 5 },
      marks: [
        Plot.lineY(sorted, { x: 'rate', y: 'p50', stroke: colours.ink, strokeDasharray: '4 3' }),
        Plot.lineY(sorted, { x: 'rate', y: 'p99', stroke: colours.vermillion, strokeWidth: 1.5 }),
        Plot.dot(points, {
          x: 'rate',
          y: 'p99',
          r: 5,
          stroke: colours.vermillion,
          fill: ({ kept }: { kept: boolean }) => (kept ? colours.vermillion : colours.paper),
          strokeWidth: 2,
          title: ({ rate, p50, kept, p99: tail }: (typeof points)[number]) =>
            `${formatCount(rate)}/s: p50 ${ms(p50)}, p99 ${ms(tail)}, ${kept ? 'kept' : 'missed'}`,
        }),
      ],
    });
  };
}
