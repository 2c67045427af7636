import { itemAt } from '../../db/item-at.ts';
import { counted, formatCount, formatRatioInterval, inWords } from '../report/format.ts';
import { markdownTable } from '../report/text-table.ts';
import { slowerTimes } from '../run/slow-spells.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import { median } from '../stats/median.ts';
import {
  type ChangedPlaces,
  changedPlaces,
  type RepeatedFigure,
  type Repeats,
  repeatedFigures,
} from './repeats.ts';

/** Whether runs agree, by scenario, and the figures of which they do not; in Markdown. */
export function repeatsSummary(all: readonly Repeats[]): string {
  return all.map(summary).join('\n');
}

/** A page with every figure of every run. */
export function repeatsMarkdown(all: readonly Repeats[]): string {
  const tables = all.map(
    (repeats) => `## ${repeats.title}\n\n${figuresTable(repeats, repeatedFigures(repeats))}`,
  );
  return `# Every figure that was measured more than once\n\n${tables.join('\n')}`;
}

function summary(repeats: Repeats): string {
  const figures = repeatedFigures(repeats);
  const apart = figures.filter(({ agree }) => !agree);
  const scenarios = [...new Set(figures.map(({ scenario }) => scenario))];
  const table = markdownTable(
    [
      { heading: 'scenario' },
      { heading: 'designs', align: 'right' },
      { heading: '± within a run, in the middle', align: 'right' },
      { heading: 'largest ratio over smallest, in the middle', align: 'right' },
      { heading: 'at most', align: 'right' },
      { heading: 'runs disagree', align: 'right' },
    ],
    scenarios.map((scenario) => {
      const own = figures.filter((figure) => figure.scenario === scenario);
      const spreads = own.map(({ spread }) => spread);
      return [
        scenario,
        formatCount(own.length),
        median(own.flatMap(({ ratios }) => ratios.flatMap(shareOfHalf))).toFixed(3),
        median(spreads).toFixed(3),
        Math.max(...spreads).toFixed(3),
        formatCount(own.filter(({ agree }) => !agree).length),
      ];
    }),
  );
  return `### ${repeats.title}: ${inWords(repeats.names)}

${table}
${apart.length === 0 ? 'No figure of one run is outside of what the others allow.' : `Of ${counted(figures.length, 'figure')} the runs disagree on ${formatCount(apart.length)}${slowerText(apart)}:\n\n${figuresTable(repeats, apart)}`}
${placesText(changedPlaces(repeats))}
`;
}

/** On how many of those the machine itself was slower in one run than in another; nothing where the runs do not say. */
function slowerText(apart: readonly RepeatedFigure[]): string {
  const known = apart.flatMap(({ baselineSpread }) => baselineSpread ?? []);
  if (known.length < apart.length) return '';
  const slower = known.filter((times) => times >= slowerTimes).length;
  return `; on ${formatCount(slower)} of them the machine was slower in one run, where the statement without the check took ${slowerTimes} times as long as in another, or more`;
}

/** Half of an interval, as a share of its ratio. */
function shareOfHalf(ratio: EstimateRange | undefined): readonly number[] {
  return ratio === undefined ? [] : [(ratio.high - ratio.low) / 2 / ratio.value];
}

function figuresTable({ names }: Repeats, figures: readonly RepeatedFigure[]): string {
  return markdownTable(
    [
      { heading: 'design' },
      { heading: 'scenario' },
      ...names.map((heading) => ({ heading, align: 'right' as const })),
      { heading: 'largest over smallest', align: 'right' },
      { heading: 'of the time without the check', align: 'right' },
      { heading: '' },
    ],
    figures.map(({ design, scenario, ratios, spread, baselineSpread, agree }) => [
      design,
      scenario,
      ...ratios.map((ratio) => (ratio === undefined ? '' : formatRatioInterval(ratio))),
      spread.toFixed(3),
      baselineSpread?.toFixed(2) ?? '',
      agree ? '' : 'disagree',
    ]),
  );
}

function placesText(changed: readonly ChangedPlaces[]): string {
  if (changed.length === 0)
    return 'No two designs change places: none is told to be cheaper than another by one run and dearer by another.';
  const pairs = changed.map(
    ({ scenario, designs }) => `${itemAt(designs, 0)} and ${itemAt(designs, 1)} (${scenario})`,
  );
  return `Designs that change places, told apart either way: ${pairs.join('; ')}.`;
}
