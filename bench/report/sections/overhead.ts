import type { Results, ScenarioResult } from '../../results/results.ts';
import { verdictOf } from '../../stats/bootstrap.ts';
import { overheadChart } from '../charts/overhead.ts';
import type { Figure } from '../figure.ts';
import {
  formatNs,
  formatNsInterval,
  formatRatio,
  formatRatioInterval,
  formatSignedNsWithin,
  inWords,
  sentenceCase,
} from '../format.ts';
import { anyScenario, differenceOf, goals, leadDesign, questionsOf } from '../questions.ts';
import { type Rank, rankDesigns, rankingSentence } from '../ranking.ts';

/** Every design's ratio in one scenario, the cheapest first; nothing where no design has enough pairs. */
export function overheadFigure(results: Results, name: string): readonly Figure[] {
  const questions = questionsOf(results);
  const ranks = rankDesigns(results, name);
  const scenario = anyScenario(results, name);
  if (ranks.length === 0 || scenario === undefined) return [];
  const goal =
    name === questions.oneRow ? goals.oneRow : name === questions.bulk ? goals.bulk : undefined;
  return [
    {
      id: `overhead-${name}`,
      finding: sentenceCase(`${scenario.title}: ${rankingSentence(ranks)}`),
      reading: uncertainNote(ranks),
      kindReading: overheadReading([scenario]),
      chart: overheadChart(
        ranks.map((rank) => ({
          name: rank.design,
          ratio: rank.ratio,
          label: overheadLabel(rank),
          resolved: verdictOf(rank.ratio) !== 'could not be told apart',
        })),
        {
          label: `${scenario.title}: ratio of time with the check to time without, by design`,
          axis: 'times as long as without the check',
          ...(goal === undefined ? {} : { goal }),
          ...emphasis(results),
        },
      ),
      data: {
        caption: `${scenario.title}: with the check over without it`,
        columns: [
          { heading: 'Design' },
          { heading: 'Ratio (95 % interval)', numeric: true },
          { heading: 'Added to one row', numeric: true },
          { heading: 'Without the check', numeric: true },
          { heading: 'Pairs', numeric: true },
          { heading: 'Against the cheapest' },
        ],
        rows: ranks.map((rank) => {
          const added = differenceOf(rank.scenario.paired);
          return [
            rank.design,
            formatRatioInterval(rank.ratio),
            formatNsInterval(added),
            formatNs(rank.scenario.paired.baselineNs),
            String(rank.scenario.paired.pairs),
            againstCheapest(rank, ranks),
          ];
        }),
      },
    },
  ];
}

function againstCheapest(rank: Rank, ranks: readonly Rank[]): string {
  if (rank.notResolved) return 'not resolved';
  if (rank === ranks[0]) return 'the cheapest';
  return rank.tiedWithBest
    ? 'could not be told apart'
    : `${formatRatioInterval(rank.overBest)} times`;
}

function uncertainNote(ranks: readonly Rank[]): string {
  return ranks.some((rank) => rank.notResolved)
    ? `Not resolved, and last: ${inWords(ranks.filter((rank) => rank.notResolved).map(({ design }) => design))}, which could be anything from none to dear.`
    : '';
}

/** How to read the charts of such scenarios: not every scenario's control is the same statement. */
export function overheadReading(scenarios: readonly Pick<ScenarioResult, 'control'>[]): string {
  const has = (control: ScenarioResult['control']): boolean =>
    scenarios.some((scenario) => scenario.control === control);
  return [
    has('check off') &&
      'Time of one statement with the check over the same with only the check switched off.',
    has('other statement') &&
      'A report: time over that of another report, which the design has no work with, as the title says.',
    has('check off twice') &&
      'The method tried on itself: the check is off in both arms, so the ratio should be 1.',
    'By pairs, with the 95 % interval, cheapest first; hollow and grey is what includes 1.',
  ]
    .filter((text) => text !== false)
    .join(' ');
}

function overheadLabel(rank: Rank): string {
  if (verdictOf(rank.ratio) === 'could not be told apart') return 'not told apart';
  const added = formatSignedNsWithin(differenceOf(rank.scenario.paired));
  return `×${formatRatio(rank.ratio)} · ${added} a row`;
}

function emphasis(results: Results): { emphasised?: string } {
  const lead = leadDesign(results);
  return lead === undefined ? {} : { emphasised: lead.name };
}
