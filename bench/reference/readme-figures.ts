import { itemAt } from '../../db/item-at.ts';
import type { LoadResults } from '../load/results/results.ts';
import { answersOf } from '../report/answers.ts';
import { placeWords } from '../report/environment-facts.ts';
import {
  formatBytes,
  formatChange,
  formatCount,
  formatNsInterval,
  formatNsWithin,
  formatRatioInterval,
  formatSignedNsWithin,
  shortCount,
} from '../report/format.ts';
import { countedOf, oneRow as countedOneRow, signedCount } from '../report/instruction-tables.ts';
import {
  anyScenario,
  differenceOf,
  leadDesign,
  mainQuestions,
  pairedOf,
  questionsOf,
  ratioOf,
  scenarioOf,
  timedDesigns,
  whyNoFigure,
} from '../report/questions.ts';
import { rankDesigns, rankedOf } from '../report/ranking.ts';
import { commitShares } from '../report/sections/cost.ts';
import { instantAnswer, slowestOfHundred } from '../report/sections/instant.ts';
import { totalSize } from '../report/sections/size.ts';
import { markdownTable } from '../report/text-table.ts';
import type { Counted, DesignResult, Results } from '../results/results.ts';
import type { ThresholdResults } from '../threshold/results.ts';
import type { Goal } from './goals.ts';
import { goalsTable } from './goals-table.ts';
import { reportsTable, waveSentence } from './report-figures.ts';
import { thresholdTable } from './threshold-table.ts';

type FigureName =
  | ('answer' | 'where' | 'when' | 'answers' | 'designs' | 'goals' | 'scale')
  | ('reports' | 'wave' | 'threshold');

/** What figures are made from. */
interface Measured {
  /** Every design at every size. */
  readonly results: Results;
  /** Every scenario of the default design, where a run has more of them. */
  readonly ofDefault?: Results;
  readonly counted?: Counted | undefined;
  readonly goals: readonly Goal[];
  readonly threshold?: ThresholdResults | undefined;
  readonly wave?: LoadResults | undefined;
}

/**
 * The figures that the documents quote, each a piece of Markdown by its name, made from
 * the results of the reference, and from its counts. A document holds one between `<!-- figures NAME -->` and `<!-- /figures -->`.
 */
export function readmeFigures({
  results,
  ofDefault = results,
  counted = countedOf(results),
  goals,
  threshold,
  wave,
}: Measured): Readonly<Record<FigureName, string>> {
  return {
    answer: answerTable(ofDefault, pagesOf(ofDefault) ?? pagesOf(results)),
    where: whereMeasured(results),
    when: whereMeasured(ofDefault),
    answers: answersOf(ofDefault)
      .map((own) => {
        const among = answersOf(results).find(({ id }) => id === own.id);
        const { question, answer } = ofAllDesigns.includes(own.id) ? (among ?? own) : own;
        return `- **${question}** ${answer}\n`;
      })
      .join(''),
    designs: designsTable(results, counted),
    goals: goalsTable(goals),
    scale: scaleTable(results),
    reports: reportsTable(ofDefault),
    wave: waveSentence(wave),
    threshold: thresholdTable(threshold),
  };
}

/** How a lookup grows with the numbers it looks among; sizes beyond the data set's own stand below it. */
function scaleTable({ scaling, dataSet }: Results): string {
  if (scaling === undefined) return 'Not measured.\n';
  const perBlocked = dataSet.messages / dataSet.blockedContacts;
  return markdownTable(
    [
      { heading: 'messages', align: 'right' },
      { heading: 'blocked numbers', align: 'right' },
      { heading: 'pages a probe reads, predicted', align: 'right' },
      { heading: 'a lookup', align: 'right' },
      { heading: 'relative to the first', align: 'right' },
      { heading: 'bare index probe, relative to the first', align: 'right' },
    ],
    scaling.sizes.map(({ rows, predictedBuffers, lookup, probe }) => [
      shortCount(Number((rows * perBlocked).toPrecision(2))),
      formatCount(rows),
      formatCount(predictedBuffers),
      formatNsWithin(lookup.ns),
      formatRatioInterval(lookup.ratio),
      formatRatioInterval(probe.ratio),
    ]),
  );
}

/** Questions that only a run with all designs answers. */
const ofAllDesigns = ['winner', 'why'];

const signs = { good: '✅ Yes', bad: '❌ No', open: '❔ Not resolved', plain: '' } as const;

/** Pages that a check of the default design reads; undefined in a run that took no plan of it. */
function pagesOf(results: Results): number | undefined {
  const serverSide = leadDesign(results)?.serverSide;
  return serverSide?.buffersPerCheck ?? serverSide?.lookupBuffers;
}

/** The three questions, each with its figure, for the default design. */
function answerTable(results: Results, pages: number | undefined): string {
  const lead = leadDesign(results);
  if (lead === undefined) return 'Nothing was timed.\n';
  const { oneRow, oneRowNotDurable, bulk, report } = questionsOf(results);
  const added = (name: string | undefined): string => {
    const scenario = pairedOf(lead, name);
    if (scenario === undefined) return whyNoFigure(scenarioOf(lead, name ?? ''));
    const { paired } = scenario;
    return `${formatSignedNsWithin(differenceOf(paired))} (${formatChange(ratioOf(paired))})`;
  };
  const tail = slowestOfHundred(results);
  const middle = pairedOf(lead, oneRowNotDurable ?? oneRow);
  const rows: readonly (readonly [string, string | undefined])[] = [
    [
      'Is it instant? (99 of 100 sends wait less than 1 ms for it)',
      signs[instantAnswer(results).mark],
    ],
    [
      'added to the median send, not durable',
      middle === undefined ? undefined : formatNsInterval(differenceOf(middle.paired)),
    ],
    [
      'added to the slowest of 100, not durable',
      tail === undefined ? undefined : formatNsInterval(tail),
    ],
    ['pages that a check reads', pages === undefined ? undefined : pagesText(pages)],
    ['added to one durable send, here', added(oneRow)],
    [
      'the same, where a commit takes 0.1, 1 or 10 ms',
      commitShares(results, lead)
        .map(({ percent }) => percent)
        .join(', ') || undefined,
    ],
    [`added to each of ${rowsOf(results, bulk)} rows in one statement`, added(bulk)],
    [
      report === 'report-blocking'
        ? 'added to the opt-out report that blocks'
        : 'added to a number’s first opt-out report',
      added(report),
    ],
  ];
  return markdownTable(
    [
      { heading: `\`${lead.name}\`, the default` },
      { heading: `${shortCount(results.dataSet.messages)} messages`, align: 'right' },
    ],
    rows.flatMap(([what, figure]) => (figure === undefined ? [] : [[what, figure]])),
  );
}

/** With what, and where, the figures were measured. */
function whereMeasured(results: Results): string {
  const { messages, optOuts, blockedContacts } = results.dataSet;
  return `${shortCount(messages)} messages, ${shortCount(optOuts)} opt-outs, ${shortCount(blockedContacts)} blocked numbers; ${placeWords(results.environment)}; ${results.startedAt.slice(0, 10)}. Brackets hold 95 % intervals.\n`;
}

/** Every design that was built, by what it adds to one durable row. */
function designsTable(results: Results, found: Counted | undefined): string {
  const questions = mainQuestions(results);
  const designs = results.designs.filter(({ status }) => status === 'timed');
  const order = itemAt(questions, 0).scenario;
  const cost = (design: DesignResult): number =>
    pairedOf(design, order)?.paired.ratio ?? Number.POSITIVE_INFINITY;
  const instructions = (name: string): string => {
    const own = found?.designs.find((one) => one.name === name);
    return own === undefined ? '' : signedCount(countedOneRow(own));
  };
  return markdownTable(
    [
      { heading: 'design' },
      ...questions.map(({ heading }) => ({ heading, align: 'right' as const })),
      { heading: 'the check alone', align: 'right' },
      { heading: 'pages', align: 'right' },
      ...(found === undefined ? [] : [{ heading: 'instructions', align: 'right' as const }]),
      { heading: 'on disk', align: 'right' },
    ],
    [...designs]
      .sort((a, b) => cost(a) - cost(b))
      .map((design) => [
        `[\`${design.name}\`](../db/designs/${design.name})`,
        ...questions.map(({ scenario }) => {
          const paired = pairedOf(design, scenario);
          return paired === undefined
            ? whyNoFigure(scenarioOf(design, scenario))
            : formatRatioInterval(ratioOf(paired.paired));
        }),
        design.serverSide?.nsPerRow === undefined ? '' : formatNsWithin(design.serverSide.nsPerRow),
        design.serverSide?.buffersPerCheck === undefined
          ? ''
          : pagesText(design.serverSide.buffersPerCheck),
        ...(found === undefined ? [] : [instructions(design.name)]),
        formatBytes(totalSize(design)),
      ]),
  );
}

/**
 * The designs of README's picture, five at most: the default, the statement trigger, and the cheapest for one
 * row and in bulk.
 */
export function picturedDesigns(results: Results): readonly string[] {
  const { oneRow, oneRowNotDurable, bulk } = questionsOf(results);
  const cheapest = [oneRow ?? oneRowNotDurable, bulk].flatMap((name) =>
    name === undefined ? [] : rankedOf(rankDesigns(results, name)).slice(0, 2),
  );
  const wanted = [
    leadDesign(results)?.name,
    'statement_trigger',
    ...cheapest.map(({ design }) => design),
  ];
  const timed = timedDesigns(results).map(({ name }) => name);
  return [...new Set(wanted)]
    .filter((name) => name !== undefined)
    .filter((name) => timed.includes(name))
    .slice(0, 5);
}

const pagesText = (pages: number): string => formatCount(Number(pages.toPrecision(3)));

function rowsOf(results: Results, scenario: string | undefined): string {
  const rows =
    scenario === undefined ? undefined : anyScenario(results, scenario)?.rowsPerStatement;
  return rows === undefined ? 'many' : formatCount(rows);
}
