import type { DesignResult, Results, ScenarioResult } from '../../results/results.ts';
import { verdictOf } from '../../stats/bootstrap.ts';
import { LatencyHistogram, type Percentiles } from '../../stats/histogram.ts';
import { latencyChart } from '../charts/latency.ts';
import { type Figure, figureHtml } from '../figure.ts';
import {
  counted,
  formatCount,
  formatNs,
  formatNsInterval,
  formatRatioInterval,
  shortCount,
} from '../format.ts';
import { html } from '../html.ts';
import type { Mark, Section, SectionAnswer } from '../page.ts';
import { armColours } from '../palette.ts';
import {
  goals,
  leadDesign,
  type PairedScenario,
  pairedOf,
  type QuestionScenarios,
  questionsOf,
  ratioOf,
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
  const oneRow = pairedOf(lead, questions.oneRow ?? questions.oneRowNotDurable);
  const figures: Figure[] = [
    ...(lead !== undefined && oneRow !== undefined
      ? [latencyDistributionFigure(lead, oneRow)]
      : []),
    ...scalingFigure(results),
    ...costFigure(results),
    ...buffersFigure(results),
  ];
  return {
    ...instantAnswer(results),
    body: html`${figures.map(figureHtml)}
${
  results.sweep.length === 0 &&
  html`<p class="note">This run has one size. How the cost grows with the number of rows was
measured only where a chart says so: <code>npm run bench -- --sweep 10k,100k,1M,10M</code> measures it.</p>`
}`,
  };
}

/** The answer with its mark, for the page, the terminal and Markdown. */
export function instantAnswer(results: Results): SectionAnswer {
  const asked = { id: 'instant', question: 'Is it instant?' };
  const lead = leadDesign(results);
  if (lead === undefined) return { ...asked, mark: 'open', answer: 'No design was timed.' };
  const questions = questionsOf(results);
  const oneRow = pairedOf(lead, questions.oneRow ?? questions.oneRowNotDurable);
  const scaling = scalingOf(results, lead.name);
  const scalingSentence =
    lookupScalingText(results) ?? (scaling === undefined ? undefined : scalingText(scaling));
  const parts = [
    `With ${shortCount(results.dataSet.messages)} messages and ${shortCount(results.dataSet.blockedContacts)} blocked numbers, ${checkCost(lead)}`,
  ];
  parts.push(
    oneRow === undefined
      ? `an insert of one row has no figure to quote (${whyNoFigure(oneRowScenario(lead, questions))})`
      : oneRowSentence(oneRow),
  );
  if (scalingSentence !== undefined) parts.push(scalingSentence);
  return { ...asked, mark: instantMark(oneRow), answer: `${parts.join('; ')}.` };
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

function oneRowSentence(scenario: PairedScenario): string {
  const ratio = ratioOf(scenario.paired);
  const kind = scenario.durable ? 'a durable insert of one row' : 'an insert of one row';
  return verdictOf(ratio) === 'could not be told apart'
    ? `${kind} could not be told apart from one without a check: ${formatRatioInterval(ratio)} times`
    : `${kind} takes ${formatRatioInterval(ratio)} times as long as without it`;
}

/** Good only with the whole interval within the goal, bad only with the whole interval beyond it. */
function instantMark(oneRow: PairedScenario | undefined): Mark {
  if (oneRow === undefined) return 'open';
  const ratio = ratioOf(oneRow.paired);
  if (ratio.high <= goals.oneRow) return 'good';
  return ratio.low > goals.oneRow ? 'bad' : 'open';
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
        name: arm.arm,
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
  const name = oneRow ?? oneRowNotDurable;
  return name === undefined ? undefined : scenarioOf(lead, name);
}
