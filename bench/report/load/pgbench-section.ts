import * as Plot from '@observablehq/plot';
import { pairsText, shareOfPgbench } from '../../load/pgbench/pgbench-goal.ts';
import type { ClosedLoopComparison } from '../../load/results/results.ts';
import { figureHtml } from '../figure.ts';
import { formatCount } from '../format.ts';
import type { Section } from '../page.ts';
import { colours } from '../palette.ts';
import { type Chart, plotSvg } from '../plot.ts';
import { pgbenchMark } from './pgbench-mark.ts';

/** The generator's highest rate beside pgbench's. */
export function pgbenchSection(comparison: ClosedLoopComparison): Section {
  const ratio = pairsText(comparison);
  return {
    id: 'pgbench',
    question: 'Is the generator fast enough to be trusted?',
    mark: pgbenchMark(comparison),
    answer: `Its closed loop reaches ${ratio} of pgbench’s rate (goal: ${shareOfPgbench}) with ${comparison.clients} connections and the same prepared statement.`,
    body: figureHtml({
      id: 'pgbench-pairs',
      finding: `This generator’s rate over pgbench’s: ${ratio}`,
      reading: `Blocks of ${comparison.blockS} s in turns on one server; ${comparison.version}. This generator verifies its rows, pgbench does not.`,
      legend: [
        { colour: colours.blue, name: 'this generator', shape: 'bar' },
        { colour: colours.orange, name: 'pgbench', shape: 'bar' },
      ],
      chart: pgbenchChart(comparison),
      data: {
        caption: 'Transactions a second',
        columns: [
          { heading: 'pair' },
          ...['ours', 'pgbench', 'ratio'].map((heading) => ({ heading, numeric: true })),
        ],
        rows: comparison.pairs.map(({ ours, pgbench }, index) => [
          String(index + 1),
          formatCount(ours),
          formatCount(pgbench),
          (ours / pgbench).toFixed(2),
        ]),
      },
    }),
  };
}

/** Pairs of blocks beside each other. */
function pgbenchChart(comparison: ClosedLoopComparison): Chart {
  return (space) => {
    const bars = comparison.pairs.flatMap(({ ours, pgbench }, index) => [
      { pair: `${index + 1}`, who: 'ours', rate: ours },
      { pair: `${index + 1}`, who: 'pgbench', rate: pgbench },
    ]);
    return plotSvg('Closed-loop rates', space, {
      height: space.narrow ? 220 : 260,
      marginLeft: 52,
      marginBottom: 42,
      fx: { label: 'pair of blocks' },
      x: { axis: null },
      y: { label: 'transactions a second', grid: true, tickFormat: '~s', ticks: 5 },
      color: { domain: ['ours', 'pgbench'], range: [colours.blue, colours.orange] },
      marks: [
        Plot.barY(bars, {
          fx: 'pair',
          x: 'who',
          y: 'rate',
          fill: 'who',
          title: ({ pair, who, rate }: (typeof bars)[number]) =>
            `pair ${pair}, ${who}: ${formatCount(rate)}/s`,
        }),
        Plot.ruleY([0]),
      ],
    });
  };
}
