import type { DesignResult, Results } from '../../results/results.ts';
import { verdictOf } from '../../stats/bootstrap.ts';
import { figureHtml, tableHtml } from '../figure.ts';
import {
  counted,
  formatBytes,
  formatNs,
  formatRatio,
  formatRatioInterval,
  inWords,
} from '../format.ts';
import { folded, type Html, html } from '../html.ts';
import type { Section, SectionAnswer } from '../page.ts';
import {
  anyScenario,
  leadDesign,
  mainQuestions,
  pairedOf,
  type Question,
  ratioOf,
  scenarioNames,
  scenarioOf,
  timedDesigns,
  whyNoFigure,
} from '../questions.ts';
import { type Rank, rankDesigns, rankedOf, unresolvedIn, winnersInWords } from '../ranking.ts';
import { designTable } from './design-table.ts';
import { distanceTable } from './distance.ts';
import { eachDesign } from './each-design.ts';
import { contrastOf } from './elsewhere.ts';
import { overheadFigure, overheadReading } from './overhead.ts';
import { scatterFigure } from './scatter.ts';
import { sizeFigures, totalSize } from './size.ts';

/** Which design wins and by how much: for one row, for bulk, for reports, for space. */
export function winnerSection(results: Results): Section {
  const main = mainQuestions(results).map((question) => question.scenario);
  const others = scenarioNames(results).filter(
    (name) => !main.includes(name) && contrastOf(name) === undefined,
  );
  const drawn = [...main, ...others].flatMap((name) => anyScenario(results, name) ?? []);
  const more = others.flatMap((name) => overheadFigure(results, name));
  return {
    ...winnerAnswer(results),
    body: html`${designTable(results)}
${scatterFigure(results).map(figureHtml)}
${distanceTable(results)}
${drawn.length > 0 && html`<p class="soft">${overheadReading(drawn)}</p>`}
${main.map((name) => mainFigure(results, name))}
${sizeFigures(results).map(figureHtml)}
${
  more.length > 0 &&
  html`<details><summary>${counted(more.length, 'more scenario', 'more scenarios')}, drawn the same way</summary>${more.map(figureHtml)}</details>`
}
${matrix(results)}
${eachDesign(results)}`,
  };
}

/** The answer alone. */
export function winnerAnswer(results: Results): SectionAnswer {
  return {
    id: 'winner',
    question: 'Which design, and by how much?',
    mark: 'plain',
    answer: winnerSentence(results),
  };
}

/** The answer: for each main question the cheapest, its ratio, and where the default stands; then space. */
function winnerSentence(results: Results): string {
  const timed = timedDesigns(results);
  if (timed.length === 0) return 'No design was timed.';
  if (timed.length === 1) {
    return `Only ${timed[0]?.name} was timed. npm run bench -- --scale ${results.dataSet.scale} --designs all times every design.`;
  }
  return [
    ...mainQuestions(results).map((question) => questionSentence(results, question)),
    ...smallestSentence(timed),
  ].join(' ');
}

function questionSentence(results: Results, { words, scenario }: Question): string {
  const ranks = rankDesigns(results, scenario);
  if (ranks.length === 0) return `For ${words} no design has enough pairs to be quoted.`;
  const [only] = ranks;
  if (ranks.length === 1 && only !== undefined) {
    return `For ${words} only ${only.design} has enough pairs to be quoted: ${formatRatioInterval(only.ratio)} times the time without a check.`;
  }
  const lead = leadDesign(results)?.name;
  const unresolved = unresolvedIn(results, scenario);
  const parts = [
    placesText(rankedOf(ranks), lead),
    ...(unresolved === undefined
      ? []
      : [`not resolved: ${inWords(unresolved.designs)} (${unresolved.command})`]),
  ];
  return `For ${words} ${parts.filter((part) => part !== undefined).join('; ')}.`;
}

/** The cheapest, or those that could not be told from it, and where the lead design stands. */
function placesText(ranked: readonly Rank[], lead: string | undefined): string | undefined {
  const best = ranked[0];
  if (best === undefined) return undefined;
  const tied = ranked.filter((rank) => rank.tiedWithBest);
  if (tied.length === ranked.length && ranked.length > 1) {
    return `the ${ranked.length} designs could not be told apart`;
  }
  const own = ranked.find((rank) => rank.design === lead);
  const cost =
    verdictOf(best.ratio) === 'could not be told apart'
      ? 'a cost that could not be told from none'
      : `${formatRatio(best.ratio)} times the time without a check`;
  const cheapest = tied.length > 1 ? 'are cheapest, not told apart' : 'is cheapest';
  const standing =
    own === undefined || own === best
      ? ''
      : own.tiedWithBest
        ? `${tied.length > 3 ? `, ${own.design} among them` : ''}`
        : `; ${own.design} takes ${formatRatio(own.ratio)} times`;
  return `${winnersInWords(ranked)} ${cheapest}, at ${cost}${standing}`;
}

/** Sizes have no noise, but two designs may keep the same relations. */
function smallestSentence(timed: readonly DesignResult[]): readonly string[] {
  const sized = timed.filter((design) => design.sizes.length > 0);
  const least = Math.min(...sized.map(totalSize));
  if (sized.length < 2) return [];
  const same = sized.filter((design) => totalSize(design) <= least * 1.005);
  return [
    `Least space: ${inWords(same.map((design) => design.name))}, with ${formatBytes(least)}.`,
  ];
}

function mainFigure(results: Results, name: string): Html | readonly Html[] {
  const figures = overheadFigure(results, name);
  return figures.length > 0
    ? figures.map(figureHtml)
    : html`<p class="note">${anyScenario(results, name)?.title ?? name}: no design has enough pairs to be drawn.</p>`;
}

/** Every design × every scenario in one table: the longer of the two down, so that it fits a page. */
function matrix(results: Results): Html | undefined {
  const timed = timedDesigns(results);
  const names = scenarioNames(results).filter((name) => contrastOf(name) === undefined);
  if (timed.length === 0) return undefined;
  const down = timed.length > names.length;
  const title = (name: string): string => anyScenario(results, name)?.title ?? name;
  return folded(
    'Every design in every scenario',
    tableHtml({
      caption:
        'With the check over without it; in brackets the 95 % interval. Scenarios with one arm only (a refusal) give the median time.',
      columns: [
        { heading: down ? 'Design' : 'Scenario' },
        ...(down ? names.map(title) : timed.map(({ name }) => name)).map((heading) => ({
          heading,
          numeric: true,
        })),
      ],
      rows: down
        ? timed.map((design) => [design.name, ...names.map((name) => matrixCell(design, name))])
        : names.map((name) => [title(name), ...timed.map((design) => matrixCell(design, name))]),
    }),
  );
}

function matrixCell(design: DesignResult, name: string): Html | string {
  const scenario = scenarioOf(design, name);
  if (scenario?.control === 'none') {
    const p50 = scenario.arms[0]?.percentiles.p50;
    return p50 === undefined || p50 === null ? whyNoFigure(scenario) : formatNs(p50);
  }
  const paired = pairedOf(design, name);
  if (paired === undefined) return html`<small>${whyNoFigure(scenario)}</small>`;
  const [ratio, interval] = formatRatioInterval(ratioOf(paired.paired)).split(' (');
  return html`${ratio} <small>(${interval}</small>`;
}
