import type { Results } from '../../results/results.ts';
import type { EstimateRange } from '../../stats/estimate.ts';
import { tableHtml } from '../figure.ts';
import { formatNsInterval, formatRatioInterval, sentenceCase } from '../format.ts';
import { type Html, html } from '../html.ts';
import { leadDesign, mainQuestions, timedDesigns } from '../questions.ts';
import { type Rank, rankDesigns, rankedOf } from '../ranking.ts';

/** How far the lead design is from the best of each question, and from the floor. */
export function distanceTable(results: Results): Html | undefined {
  const lead = leadDesign(results)?.name;
  const rows = [...mainRows(results, lead), ...serverRows(results, lead)];
  if (lead === undefined || rows.length === 0) return undefined;
  return html`<h3>How far ${lead} is from the best, and from the floor</h3>
${tableHtml({
  caption:
    'Ratios are of time with the check to time without it; times are of the check alone, one message, inside the server. All with their 95 % interval.',
  columns: [
    { heading: 'For' },
    { heading: lead, numeric: true },
    { heading: 'The cheapest' },
    { heading: 'at', numeric: true },
    { heading: `${lead} over the cheapest`, numeric: true },
  ],
  rows,
})}`;
}

function mainRows(results: Results, lead: string | undefined): readonly (readonly string[])[] {
  return mainQuestions(results).flatMap(({ words, scenario }) => {
    const ranks = rankDesigns(results, scenario);
    const own = ranks.find((rank) => rank.design === lead);
    const best = rankedOf(ranks)[0];
    if (own === undefined || best === undefined || ranks.length < 2) return [];
    const distance = own === best ? 'it is the cheapest' : distanceText(own);
    return [
      [
        sentenceCase(words),
        formatRatioInterval(own.ratio),
        best.design,
        formatRatioInterval(best.ratio),
        distance,
      ],
    ];
  });
}

function distanceText(own: Rank): string {
  if (own.notResolved) return 'not resolved';
  return own.tiedWithBest
    ? 'could not be told apart'
    : `${formatRatioInterval(own.overBest)} times`;
}

function serverRows(results: Results, lead: string | undefined): readonly (readonly string[])[] {
  const costs = timedDesigns(results)
    .flatMap(({ name, serverSide }) =>
      serverSide?.nsPerRow === undefined ? [] : [{ name, cost: serverSide.nsPerRow }],
    )
    .sort((a, b) => a.cost.value - b.cost.value);
  const own = costs.find(({ name }) => name === lead);
  if (own === undefined) return [];
  // a cost that may be none is too uncertain to be called the cheapest
  const best = costs.find(({ cost }) => cost.low > 0);
  const floor = results.indexProbe?.nsPerProbe;
  return [
    ...(best === undefined || costs.length < 2 ? [] : [serverRow('The check alone', own, best)]),
    ...(floor === undefined
      ? []
      : [serverRow('The check alone', own, { name: 'floor: a bare index probe', cost: floor })]),
  ];
}

interface Cost {
  readonly name: string;
  readonly cost: EstimateRange;
}

function serverRow(words: string, own: Cost, other: Cost): readonly string[] {
  return [
    words,
    formatNsInterval(own.cost),
    other.name,
    formatNsInterval(other.cost),
    own === other ? 'it is the cheapest' : quotientText(own.cost, other.cost),
  ];
}

/** The quotient of two intervals that were measured apart: as wide as both allow. */
function quotientText(a: EstimateRange, b: EstimateRange): string {
  if (a.low <= 0 || b.low <= 0) return 'could not be told apart';
  const quotient = { value: a.value / b.value, low: a.low / b.high, high: a.high / b.low };
  return quotient.low <= 1 && quotient.high >= 1
    ? 'could not be told apart'
    : `${formatRatioInterval(quotient)} times`;
}
