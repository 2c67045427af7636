import type { DesignResult, Results } from '../../results/results.ts';
import { verdictOf } from '../../stats/bootstrap.ts';
import {
  counted,
  formatBytes,
  formatNs,
  formatNsWithin,
  formatRatioInterval,
  sentenceCase,
} from '../format.ts';
import { type Html, html } from '../html.ts';
import { mainQuestions, pairedOf, ratioOf, scenarioOf, whyNoFigure } from '../questions.ts';
import { totalSize } from './size.ts';

/** Every design: its idea, when to choose it and what it costs; those without figures under one heading. */
export function eachDesign({ designs }: Results): Html {
  const planned = designs.filter(({ status }) => status === 'planned');
  return html`<h3>Each design in a few sentences</h3>
${wordsOf(designs.filter(({ status }) => status !== 'planned'))}
${
  planned.length > 0 &&
  html`<details><summary>${counted(planned.length, 'design')} that ${planned.length === 1 ? 'was' : 'were'} not timed in this run</summary>${wordsOf(planned)}</details>`
}`;
}

function wordsOf(designs: readonly DesignResult[]): Html {
  return html`<dl class="columns">${designs.map(
    (
      design,
    ) => html`<dt id="design-${design.name}"><span class="name">${design.name}</span> ${design.title}</dt>
${design.status !== 'timed' && design.status !== 'planned' && html`<dd>${notTimed(design)}</dd>`}
<dd>${design.idea} Choose it when ${uncapitalised(design.chooseWhen)} Costs: ${uncapitalised(design.costs)}</dd>
`,
  )}</dl>`;
}

function notTimed({ reason, status }: DesignResult): string {
  return `Not timed: ${reason ?? status}.`;
}

/** What the figures say of one design: one row, bulk, reports, inside the server, space; or why there are none. */
export function designSentence(results: Results, design: DesignResult): string {
  if (design.status !== 'timed') {
    return design.status === 'planned' ? 'Not timed in this run.' : notTimed(design);
  }
  const parts = [
    ...mainQuestions(results).map(({ words, scenario }) => roleText(design, words, scenario)),
    ...serverText(design),
    ...(design.sizes.length === 0 ? [] : [`on disk ${formatBytes(totalSize(design))}`]),
  ];
  return `${sentenceCase(parts.join('; '))}.`;
}

function roleText(design: DesignResult, words: string, name: string): string {
  const paired = pairedOf(design, name);
  if (paired === undefined) return `${words}: ${whyNoFigure(scenarioOf(design, name))}`;
  const ratio = ratioOf(paired.paired);
  return verdictOf(ratio) === 'could not be told apart'
    ? `${words} could not be told from no check`
    : `${words} takes ${formatRatioInterval(ratio)} times as long`;
}

function serverText({ serverSide }: DesignResult): readonly string[] {
  const cost = serverSide?.nsPerRow;
  if (cost === undefined) return [];
  return [
    cost.low <= 0
      ? `the check alone takes at most ${formatNs(cost.high)}`
      : `the check alone takes ${formatNsWithin(cost)}`,
  ];
}

/** A header's text inside a sentence: `When …` after “Choose it when” would stand twice. */
function uncapitalised(text: string): string {
  const lower = /^(?:[A-Z][a-z]|A )/.test(text)
    ? text.charAt(0).toLowerCase() + text.slice(1)
    : text;
  return /[.!?]$/.test(lower) ? lower : `${lower}.`;
}
