import type { BehaviourOutcome, DesignResult, Results } from '../../results/results.ts';
import { tableHtml } from '../figure.ts';
import { counted, inWords } from '../format.ts';
import { folded, type Html, html } from '../html.ts';
import type { Section, SectionAnswer } from '../page.ts';

/** Is it correct: which designs passed the functional checks, before anything was timed. */
export function correctAnswer(results: Results): SectionAnswer {
  const verdicts = verdictsOf(results);
  const { right, wrong, unproven } = verdicts;
  // one that was only explained need not show its behaviours, one that was timed does
  const open = right.length === 0 || unproven.some(({ status }) => status === 'timed');
  return {
    id: 'correct',
    question: 'Is it correct?',
    mark: wrong.length > 0 ? 'bad' : open ? 'open' : 'good',
    answer: correctSentence(verdicts),
  };
}

/** The verdict in a line. */
export function correctLine(results: Results): string {
  const { checks, right, wrong, unproven } = verdictsOf(results);
  if (wrong.length > 0) return `wrong answers by ${inWords(wrong.map(({ name }) => name))}`;
  if (right.length === 0) return 'no design was checked whole';
  const some = unproven.filter(({ status }) => status === 'timed').length;
  return `${counted(right.length, 'design')} ${right.length === 1 ? 'shows' : 'show'} what ${counted(checks, 'check')} ask${some === 0 ? '' : `, ${some} not asked everything`}`;
}

/** The answer with how each design fared, open where one did not do well. */
export function correctSection(results: Results): Section {
  const { checks, wrong } = verdictsOf(results);
  return {
    ...correctAnswer(results),
    body: html`${wrong.map(failureNote)}
<details${wrong.length > 0 && html` open`}><summary>How each design fared before anything was timed</summary>${designTable(results.designs)}</details>
${checks > 0 && checkList(results.designs)}`,
  };
}

/** Designs by what their checks said in this run. */
interface Verdicts {
  /** How many checks there are. */
  readonly checks: number;
  /** Every check ran and passed, but for what the design declares that it cannot show. */
  readonly right: readonly DesignResult[];
  readonly wrong: readonly DesignResult[];
  readonly unbuilt: readonly DesignResult[];
  /** Nothing failed, but not every check was run. */
  readonly unproven: readonly DesignResult[];
}

function verdictsOf({ designs }: Results): Verdicts {
  return {
    checks: Math.max(0, ...designs.map((design) => design.behaviours.length)),
    right: designs.filter(isProven),
    wrong: designs.filter((design) => failedChecks(design).length > 0),
    unbuilt: designs.filter(
      ({ status }) => status === 'could not be built' || status === 'timed out',
    ),
    unproven: designs.filter(isUnproven),
  };
}

/** The answer alone, for summaries. A check that was not run proves nothing, and is never counted as passed. */
function correctSentence({ checks, right, wrong, unbuilt, unproven }: Verdicts): string {
  if (checks === 0) return 'No functional check was run.';
  const limited = right.filter((design) =>
    design.behaviours.some((check) => check.declared === true),
  );
  const whole = limited.length > 0 ? 'every check that applies to it' : `all ${checks} checks`;
  const passed =
    right.length === 0
      ? 'No design was checked whole.'
      : `${right.length === 1 ? inWords(right.map((design) => design.name)) : `Each of ${right.length} designs`} passed ${whole}, concurrent reports included.`;
  const sentences = [
    passed,
    limited.length > 0 &&
      `${inWords(limited.map((design) => design.name))} cannot show a behaviour, as ${limited.length === 1 ? 'it declares' : 'they declare'}.`,
    wrong.length > 0 &&
      `${inWords(wrong.map((design) => design.name))} gave wrong answers and ${wrong.length === 1 ? 'was' : 'were'} not timed.`,
    unproven.length > 0 &&
      `${unproven.length <= 3 ? inWords(unproven.map((design) => design.name)) : counted(unproven.length, 'design')} ${unproven.length === 1 ? 'was' : 'were'} not checked whole in this run: npm test does that.`,
    unbuilt.length > 0 && `${inWords(unbuilt.map((design) => design.name))} could not be measured.`,
  ];
  return sentences.filter((sentence) => sentence !== false).join(' ');
}

function isProven(design: DesignResult): boolean {
  return (
    design.behaviours.length > 0 &&
    design.behaviours.every((check) => check.outcome === 'passed' || check.declared === true)
  );
}

function isUnproven(design: DesignResult): boolean {
  return !isProven(design) && design.behaviours.length > 0 && failedChecks(design).length === 0;
}

/** The checks that a design failed; a behaviour that it declares it cannot show is no failure. */
export function failedChecks(design: DesignResult): readonly BehaviourOutcome[] {
  return design.behaviours.filter((check) => check.outcome === 'failed' && check.declared !== true);
}

function designTable(designs: readonly DesignResult[]): Html {
  return tableHtml({
    caption: 'Checks passed, and what became of the design',
    columns: [
      { heading: 'Design' },
      { heading: 'In a few words' },
      { heading: 'Checks passed', numeric: true },
      { heading: 'Then' },
    ],
    rows: designs.map((design) => {
      const failed = failedChecks(design).length;
      const declared = design.behaviours.filter((check) => check.declared === true);
      return [
        html`<span class="name">${design.name}</span>`,
        design.title,
        html`<span class="${failed > 0 ? 'bad-text' : ''}">${passedText(design)}${declared.length > 0 && `, ${declared.length} declared`}</span>`,
        design.reason === undefined || failed > 0
          ? design.status
          : `${design.status}: ${design.reason}`,
      ];
    }),
  });
}

function passedText(design: DesignResult): string {
  if (design.behaviours.every((check) => check.outcome === 'not run')) return 'not run';
  const passed = design.behaviours.filter((check) => check.outcome === 'passed').length;
  return `${passed} of ${design.behaviours.length}`;
}

function failureNote(design: DesignResult): Html {
  return html`<div class="note bad"><p><b class="name">${design.name}</b> failed:</p><ul>${failedChecks(
    design,
  ).map(
    (check) => html`<li>${check.name}${check.reason !== undefined && html`: ${check.reason}`}</li>`,
  )}</ul></div>`;
}

function checkList(designs: readonly DesignResult[]): Html {
  const names = [
    ...new Set(designs.flatMap((design) => design.behaviours.map((check) => check.name))),
  ];
  return folded(
    `The ${names.length} behaviours that every design must show`,
    html`<ol>${names.map((name) => html`<li>${name}</li>`)}</ol>`,
  );
}
