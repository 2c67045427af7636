import type { DesignResult, Results, ScenarioResult } from '../../results/results.ts';
import type { EstimateRange } from '../../stats/estimate.ts';
import { LatencyHistogram, type Percentiles } from '../../stats/histogram.ts';
import { pairsForVerdict } from '../../stats/paired-estimate.ts';
import { latencyChart } from '../charts/latency.ts';
import { type Figure, figureHtml } from '../figure.ts';
import {
  counted,
  formatCount,
  formatNs,
  formatNsInterval,
  formatSignedNsInterval,
  shortCount,
} from '../format.ts';
import { html } from '../html.ts';
import type { Mark, Section, SectionAnswer } from '../page.ts';
import { armColours } from '../palette.ts';
import {
  differenceOf,
  leadDesign,
  type PairedScenario,
  pairedOf,
  type QuestionScenarios,
  questionsOf,
  scenarioOf,
  whyNoFigure,
} from '../questions.ts';
import { costFigure, scalingOf, scalingText } from './cost-against-rows.ts';
import { buffersFigure } from './pages-against-rows.ts';
import { lookupScalingText, scalingFigure } from './scaling.ts';

/** Is it instant: what the lead design adds to one message, and how that grows. */
export function instantSection(results: Results): Section {
  const lead = leadDesign(results);
  const questions = questionsOf(results);
  const oneRow = pairedOf(lead, questions.oneRowNotDurable ?? questions.oneRow);
  const figures: Figure[] = [
    ...(lead !== undefined && oneRow !== undefined
      ? [latencyDistributionFigure(lead, oneRow)]
      : []),
    ...scalingFigure(results),
    ...costFigure(results),
    ...buffersFigure(results),
  ];
  return {
    ...instantAnswer(results, false),
    body: html`${figures.map(figureHtml)}
${
  results.sweep.length === 0 &&
  html`<p class="note">This run has one size. How the cost grows with the number of rows was
measured only where a chart says so: <code>npm run bench -- --sweep 10k,100k,1M,10M</code> measures it.</p>`
}`,
  };
}

/** Instant is what adds less than this to 99 of 100 sends. */
export const instantBelowNs = 1e6;

/** How much longer the slowest of 100 sends wait for the check, in nanoseconds; undefined where nothing tells it. */
export function slowestOfHundred(results: Results): EstimateRange | undefined {
  const questions = questionsOf(results);
  const oneRow = pairedOf(leadDesign(results), questions.oneRowNotDurable ?? questions.oneRow);
  return oneRow?.durable === true ? undefined : oneRow?.paired.p99DifferenceNs;
}

/** The verdict in a line: what the slowest of 100 sends wait longer. */
export function instantLine(results: Results): string {
  const lead = leadDesign(results);
  const questions = questionsOf(results);
  const oneRow = pairedOf(lead, questions.oneRowNotDurable ?? questions.oneRow);
  const tail = slowestOfHundred(results);
  if (tail !== undefined) {
    return `${formatSignedNsInterval(tail)} for the slowest of 100 sends, commits not waited for`;
  }
  return oneRow === undefined
    ? 'no figure of one row'
    : `${addedText(oneRow)} more in the middle; of the slowest of 100 nothing is known`;
}

/**
 * The answer with its mark, for the page, the terminal and Markdown.
 *
 * @param withGrowth whether to say how a lookup grows: on the page the charts below say it
 */
export function instantAnswer(results: Results, withGrowth = true): SectionAnswer {
  const asked = { id: 'instant', question: 'Is it instant?' };
  const lead = leadDesign(results);
  if (lead === undefined) return { ...asked, mark: 'open', answer: 'No design was timed.' };
  const questions = questionsOf(results);
  const oneRow = pairedOf(lead, questions.oneRowNotDurable ?? questions.oneRow);
  const scaling = scalingOf(results, lead.name);
  const growth =
    lookupScalingText(results) ?? (scaling === undefined ? undefined : scalingText(scaling));
  const { mark, words } = tailVerdict(lead, questions, oneRow);
  const size = `with ${shortCount(results.dataSet.messages)} messages and ${shortCount(results.dataSet.blockedContacts)} blocked numbers`;
  const parts = [
    `${words}, ${size}`,
    ...(oneRow === undefined ? [] : [`in the middle the check adds ${addedText(oneRow)}`]),
    checkCost(lead),
    ...(growth === undefined || !withGrowth ? [] : [growth]),
  ];
  return { ...asked, mark, answer: `${parts.join('; ')}.` };
}

/** Yes or no only with the whole interval on one side of a millisecond. */
function tailVerdict(
  lead: DesignResult,
  questions: QuestionScenarios,
  oneRow: PairedScenario | undefined,
): { readonly mark: Mark; readonly words: string } {
  const open = (why: string) => ({ mark: 'open', words: `Not resolved: ${why}` }) as const;
  if (oneRow === undefined) {
    const scenario = oneRowScenario(lead, questions);
    return open(`an insert of one row has no figure to quote (${whyNoFigure(scenario)})`);
  }
  const { pairs, p99DifferenceNs } = oneRow.paired;
  if (oneRow.durable) return open('only durable rows were timed, whose tail is the disk’s');
  if (p99DifferenceNs === undefined) {
    return open(
      oneRow.method === 'blocks'
        ? 'the run kept no differences of the slowest sends'
        : 'too few sends were timed at a stretch to tell the slowest of 100',
    );
  }
  const added = `the slowest of 100 sends takes ${formatSignedNsInterval(p99DifferenceNs)} with the check`;
  if (p99DifferenceNs.low > instantBelowNs) return { mark: 'bad', words: `No: ${added}` };
  if (p99DifferenceNs.high >= instantBelowNs) return open(`${added}, which reaches over 1 ms`);
  return pairs < pairsForVerdict
    ? open(`${added}, by ${formatCount(pairs)} pairs; ${formatCount(pairsForVerdict)} are wanted`)
    : { mark: 'good', words: `Yes: ${added}` };
}

function addedText({ paired }: PairedScenario): string {
  return formatNsInterval(differenceOf(paired));
}

function checkCost(lead: DesignResult): string {
  const cost = lead.serverSide?.nsPerRow;
  const buffers = lead.serverSide?.buffersPerCheck;
  const lookup = lead.serverSide?.lookupBuffers;
  const count = (figure: number): string => counted(Number(figure.toPrecision(3)), 'buffer');
  const touched =
    buffers !== undefined
      ? ` and touches ${count(buffers)}`
      : lookup !== undefined
        ? ` and its lookup, explained by itself, touches ${count(lookup)}`
        : '';
  if (cost === undefined) return `the check of ${lead.name} was timed through a client only`;
  return `the check of ${lead.name} takes ${formatNsInterval(cost)} inside the server${touched}`;
}

const quoted = [
  ['p50', 'median'],
  ['p75', '75 %'],
  ['p90', '90 %'],
  ['p95', '95 %'],
  ['p99', '99 %'],
  ['p999', '99.9 %'],
  ['p9999', '99.99 %'],
  ['max', 'maximum'],
] as const satisfies readonly (readonly [keyof Percentiles, string])[];

/** Latency percentiles of one scenario, with the check and without. */
export function latencyDistributionFigure(design: DesignResult, scenario: ScenarioResult): Figure {
  const arms = (['treatment', 'control'] as const).flatMap((arm) => {
    const summary = scenario.arms.find((candidate) => candidate.arm === arm);
    return summary === undefined || summary.samples === 0 ? [] : [summary];
  });
  const colour = (arm: 'treatment' | 'control'): string =>
    arm === 'treatment' ? armColours.treatment : armColours.control;
  const name = (arm: 'treatment' | 'control'): string =>
    arm === 'treatment' ? 'with the check' : 'without the check';
  const dash = (arm: 'treatment' | 'control'): string => (arm === 'treatment' ? '' : '6 3');
  return {
    id: 'latency',
    finding: latencyFinding(arms),
    reading: `${design.name}, ${scenario.title}: latency of one statement seen by the client, closed loop, by percentile. Every further nine has as much room as the one before; the line ends at the maximum.`,
    legend: arms.map((arm) => ({
      colour: colour(arm.arm),
      name: name(arm.arm),
      dash: dash(arm.arm),
    })),
    chart: latencyChart(
      `Latency percentiles of ${scenario.title} with and without the check`,
      arms.map((arm) => ({
        name: name(arm.arm),
        colour: colour(arm.arm),
        dash: dash(arm.arm),
        points: LatencyHistogram.decode(arm.histogram).curve(),
      })),
    ),
    data: {
      caption: `${scenario.title}: latency by percentile; a dash stands where there are too few samples to quote one`,
      columns: [
        { heading: 'Percentile' },
        ...arms.map((arm) => ({ heading: name(arm.arm), numeric: true })),
      ],
      rows: [
        ...quoted.map(([key, label]) => [label, ...arms.map((arm) => quote(arm.percentiles[key]))]),
        ['samples', ...arms.map((arm) => formatCount(arm.samples))],
      ],
    },
  };
}

function latencyFinding(arms: ScenarioResult['arms']): string {
  const check = arms.find((arm) => arm.arm === 'treatment')?.percentiles;
  const control = arms.find((arm) => arm.arm === 'control')?.percentiles;
  if (check?.p50 === undefined || check.p50 === null) return 'Too few samples to say';
  const tail = check.p99;
  const tailText =
    tail === null || control?.p99 === undefined || control.p99 === null
      ? ''
      : `, and 99 of 100 take at most ${formatNs(tail)} instead of ${formatNs(control.p99)}`;
  const middle =
    control?.p50 === undefined || control.p50 === null
      ? `Half of the statements take at most ${formatNs(check.p50)}`
      : `Half of the statements take at most ${formatNs(check.p50)} with the check, ${formatNs(control.p50)} without`;
  return middle + tailText;
}

function quote(ns: number | null): string {
  return ns === null ? '–' : formatNs(ns);
}

function oneRowScenario(
  lead: DesignResult,
  { oneRow, oneRowNotDurable }: QuestionScenarios,
): ScenarioResult | undefined {
  const name = oneRowNotDurable ?? oneRow;
  return name === undefined ? undefined : scenarioOf(lead, name);
}
