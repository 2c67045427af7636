import type { DesignResult, Results } from '../../results/results.ts';
import type { EstimateRange } from '../../stats/estimate.ts';
import { type AddedRow, addedChart, addedStyles } from '../charts/added.ts';
import { type Figure, figureHtml } from '../figure.ts';
import { formatChange, formatNsInterval, formatNsWithin } from '../format.ts';
import { type Html, html } from '../html.ts';
import { markHtml, type SectionAnswer } from '../page.ts';
import {
  anyScenario,
  differenceOf,
  leadDesign,
  mainQuestions,
  pairedOf,
  questionsOf,
  ratioOf,
  timedDesigns,
} from '../questions.ts';
import { rankDesigns, rankedOf, winnersInWords } from '../ranking.ts';
import { believeAnswer, believeLine } from './believe.ts';
import { correctAnswer, correctLine } from './correct.ts';
import { commitShares, commitsMs } from './cost.ts';
import { instantAnswer, instantLine } from './instant.ts';

/** The first screen of a run: the verdicts in a line each, and what every design adds as one picture. */
export function openingHtml(results: Results): Html {
  const figure = addedFigure(results);
  return html`<div class="opening">
<h2 class="unseen">In short</h2>
<div class="verdict">${[
    verdict(correctAnswer(results), correctLine(results)),
    verdict(instantAnswer(results), instantLine(results)),
    verdict(believeAnswer(results), believeLine(results)),
  ]}</div>
${figure !== undefined && [commitSwitch(results), figureHtml(figure)]}
</div>`;
}

function verdict({ id, mark, question }: SectionAnswer, line: string): Html {
  return html`<a href="#${id}">${markHtml(mark)} <span class="question">${question}</span>
<span class="said">${line}</span></a>\n`;
}

/** What a share at the end of a row is of: a row as it was measured, or one whose commit takes another time. */
const measured = 'share-measured';
const shareClass = (ms: number): string => `share-${String(ms).replace('.', '-')}ms`;

/** Which share stands at the ends of the rows: radio buttons, read by the style sheet alone. */
function commitSwitch(results: Results): Html | undefined {
  if (!timedDesigns(results).some((design) => commitShares(results, design).length > 0)) {
    return undefined;
  }
  const choice = (id: string, words: string, checked: boolean): Html =>
    html`<label><input type="radio" name="commit" id="${id}"${checked && html` checked`}> ${words}</label>\n`;
  return html`<fieldset class="commit"><legend>The check’s part of a send, where a commit takes</legend>
${choice(measured, 'what it took here', true)}${commitsMs.map((ms) => choice(shareClass(ms), `${ms} ms`, false))}</fieldset>`;
}

/**
 * What each design adds to one row and to a row in bulk, the cheapest first; nothing where none has a figure.
 *
 * @param only the names of the designs to draw; without it all
 */
export function addedFigure(results: Results, only?: readonly string[]): Figure | undefined {
  const questions = questionsOf(results);
  const single = questions.oneRow ?? questions.oneRowNotDurable;
  const rows = timedDesigns(results)
    .filter(({ name }) => only === undefined || only.includes(name))
    .map((design) => addedRow(results, design, single, questions.bulk, only !== undefined))
    .filter(({ oneRow, bulk }) => oneRow !== undefined || bulk !== undefined)
    .sort((a, b) => firstOf(a) - firstOf(b));
  if (rows.length === 0) return undefined;
  const lead = leadDesign(results);
  const floor = results.indexProbe?.nsPerProbe;
  const titles = [single, questions.bulk].flatMap((name) =>
    name === undefined ? [] : (anyScenario(results, name)?.title ?? name),
  );
  return {
    id: 'added',
    finding: addedFinding(rows, lead?.name),
    reading: [
      ...cheaperSentence(results, only),
      `Time that the check adds to a row, with its 95 % interval: ${titles.join('; ')}.`,
      ...(floor === undefined
        ? []
        : ['The dashed line is a bare index probe inside the server: a lookup and nothing else.']),
    ].join(' '),
    legend: [
      { colour: addedStyles.oneRow.colour, name: addedStyles.oneRow.name, shape: 'dot' },
      { colour: addedStyles.bulk.colour, name: addedStyles.bulk.name, shape: 'square' },
    ],
    chart: addedChart(rows, {
      label: 'Time that each design’s check adds to one row and to a row in bulk',
      floorNs: floor?.value,
      emphasised: lead?.name,
    }),
    data: {
      caption: 'Added to a row',
      columns: [
        { heading: 'Design' },
        { heading: 'One row', numeric: true },
        { heading: 'A row in bulk', numeric: true },
      ],
      rows: [
        ...rows.map(({ name, oneRow, bulk }) => [name, interval(oneRow), interval(bulk)]),
        ...(floor === undefined ? [] : [['a bare index probe', formatNsInterval(floor), '']]),
      ],
    },
  };
}

/** Whether another design than the lead was told to be cheaper; nothing where no other was timed, or not all are drawn. */
function cheaperSentence(results: Results, only: readonly string[] | undefined): readonly string[] {
  const lead = leadDesign(results)?.name;
  const drawn = mainQuestions(results).filter(({ heading }) => heading !== 'report');
  const answers = drawn.flatMap(({ words, scenario }) => {
    const ranked = rankedOf(rankDesigns(results, scenario));
    const own = ranked.find(({ design }) => design === lead);
    if (own === undefined || ranked.length < 2) return [];
    return [`for ${words} ${own.tiedWithBest ? 'none' : winnersInWords(ranked)}`];
  });
  if (only !== undefined || answers.length === 0) return [];
  return [`Cheaper than ${lead} by more than chance: ${answers.join('; ')}.`];
}

function addedRow(
  results: Results,
  design: DesignResult,
  single: string | undefined,
  bulk: string | undefined,
  isImage: boolean,
): AddedRow {
  const [one, many] = [pairedOf(design, single), pairedOf(design, bulk)];
  return {
    name: design.name,
    oneRow: one === undefined ? undefined : differenceOf(one.paired),
    bulk: many === undefined ? undefined : differenceOf(many.paired),
    labels:
      one === undefined
        ? []
        : [
            { className: `share ${measured}`, text: formatChange(ratioOf(one.paired)) },
            // an image has no switch between them
            ...(isImage ? [] : commitShares(results, design)).map(({ ms, percent }) => ({
              className: `share ${shareClass(ms)}`,
              text: percent,
            })),
          ],
  };
}

function firstOf({ oneRow, bulk }: AddedRow): number {
  return oneRow?.value ?? bulk?.value ?? 0;
}

function addedFinding(rows: readonly AddedRow[], lead: string | undefined): string {
  const own = rows.find(({ name }) => name === lead) ?? rows[0];
  const figures = [
    own?.oneRow === undefined ? [] : [`${formatNsWithin(own.oneRow)} to one row`],
    own?.bulk === undefined ? [] : [`${formatNsWithin(own.bulk)} to a row in bulk`],
  ].flat();
  return `${own?.name} adds ${figures.join(' and ')}`;
}

function interval(added: EstimateRange | undefined): string {
  return added === undefined ? '–' : formatNsInterval(added);
}
