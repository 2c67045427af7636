import type { LoadResults } from '../load/results/results.ts';
import { formatCount, formatNs, formatNsWithin, formatRatioInterval } from '../report/format.ts';
import {
  differenceOf,
  leadDesign,
  pairedOf,
  ratioOf,
  scenarioOf,
  whyNoFigure,
} from '../report/questions.ts';
import { markdownTable } from '../report/text-table.ts';
import type { Results } from '../results/results.ts';

/** The kinds of 21610, by the scenario that times each. */
const kinds = [
  ['the first of a number', 'report-first'],
  ['a repeated one', 'report-repeated'],
  ['the third profile’s, which blocks', 'report-blocking'],
] as const;

/** What a 21610 takes above a 30007 about the same kind of message. */
export function reportsTable(results: Results): string {
  const lead = leadDesign(results);
  return markdownTable(
    [
      { heading: 'a 21610' },
      { heading: 'a 30007 instead', align: 'right' },
      { heading: 'added', align: 'right' },
      { heading: 'ratio', align: 'right' },
    ],
    kinds.map(([what, name]) => {
      const scenario = pairedOf(lead, name);
      if (scenario === undefined) {
        return [what, '', whyNoFigure(lead && scenarioOf(lead, name)), ''];
      }
      const { paired } = scenario;
      return [
        what,
        formatNs(paired.baselineNs),
        formatNsWithin(differenceOf(paired)),
        formatRatioInterval(ratioOf(paired)),
      ];
    }),
  );
}

/** How long reports and sends took in a wave of opt-outs. */
export function waveSentence(load: LoadResults | undefined): string {
  const trial = load?.trials.at(-1);
  if (trial === undefined) return 'Not measured.\n';
  const { latency, intervals } = trial;
  const seconds = intervals.reduce((sum, { lengthS }) => sum + lengthS, 0);
  const offered = intervals.reduce((sum, one) => sum + one.offered, 0) / seconds;
  const ms = (value: number | null): string => (value === null ? 'unknown' : formatNs(value * 1e6));
  return (
    `In the reference's opt-out wave (${formatCount(Math.round(offered))} operations a second for ${formatCount(Math.round(seconds))} s) ` +
    `a report with 21610 took ${ms(latency.optedOut.p50Ms)} at the median and ${ms(latency.optedOut.p99Ms)} at the 99th percentile, ` +
    `and an accepted send ${ms(latency.accepted.p50Ms)} and ${ms(latency.accepted.p99Ms)}.\n`
  );
}
