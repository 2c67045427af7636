import { itemAt } from '../../../db/item-at.ts';
import type { CapturedPlan, PlanSummary, Results } from '../../results/results.ts';
import { tableHtml } from '../figure.ts';
import { counted, formatCount, inWords, significant } from '../format.ts';
import { folded, type Html, html } from '../html.ts';
import type { Section, SectionAnswer } from '../page.ts';
import { planViewerHtml, type ViewedPlan } from '../plan-viewer.ts';
import { whyNotSeen, withoutPlan } from '../plan-words.ts';
import { defaultDesign } from '../questions.ts';

/** Why: the access path of each design's check, statement by statement, and the trees themselves. */
export function whySection(results: Results, viewed: readonly ViewedPlan[]): Section {
  return {
    ...whyAnswer(results),
    body: html`${pathTable(results.plans)}
${results.plans.length > 0 && folded(`Every plan: ${results.plans.length} access paths, and the plans as text`, planTable(results.plans))}
${
  viewed.length > 0 &&
  html`<div class="on-screen"><h3>The plans themselves</h3>
<p>Two designs side by side: the statement’s own plan and what ran inside its triggers, as captured
by the server, not a copy of the query.</p></div>
${planViewerHtml(firstPair(results))}`
}`,
  };
}

/** The answer alone. */
export function whyAnswer({ plans }: Pick<Results, 'plans'>): SectionAnswer {
  return { id: 'why', question: 'Why?', mark: 'plain', answer: whySentence(plans) };
}

/** What the viewer shows first: the lead design, and one that reads a big table where there is one. */
function firstPair(results: Results): { left?: string; right?: string } {
  const left = results.plans.find((plan) => plan.design === defaultDesign) ?? results.plans[0];
  const right =
    results.plans.find(readsBigTable) ?? results.plans.find((plan) => plan.design !== left?.design);
  return {
    ...(left === undefined ? {} : { left: left.design }),
    ...(right === undefined ? {} : { right: right.design }),
  };
}

/** What was seen of a check: what ran, or its lookup by itself. */
function seenOf({ summary, lookup }: CapturedPlan): PlanSummary | undefined {
  return summary ?? lookup?.summary;
}

function readsBigTable(plan: CapturedPlan): boolean {
  return bigScansOf(plan).length > 0;
}

function bigScansOf(plan: CapturedPlan): readonly string[] {
  const seen = seenOf(plan);
  return seen === undefined ? [] : seen.bigSeqScans;
}

/** The answer: who scans, who probes, and whose check nobody saw. */
function whySentence(all: readonly CapturedPlan[]): string {
  // a statement that timed out has no plan to tell anything of
  const plans = all.filter((plan) => plan.failed === undefined);
  if (plans.length === 0) return 'No plans were kept in this run.';
  const designs = [...new Set(plans.map((plan) => plan.design))];
  const lost = [...new Set(all.map((plan) => plan.design))].filter((one) => !designs.includes(one));
  const without =
    lost.length === 0 ? '' : ` ${inWords(lost)}: no statement ended in time for a plan.`;
  const reason = whyNotSeen(plans);
  if (reason !== undefined) return `${unseenSentence(plans, designs, reason)}${without}`;
  const scanning = designs.filter((design) =>
    plans.some((plan) => plan.design === design && readsBigTable(plan)),
  );
  if (scanning.length === 0) {
    return `${designs.length === 1 ? designs[0] : `Each of ${counted(designs.length, 'design')}`} finds its rows through an index: no plan reads a big table from end to end.${without}`;
  }
  const tables = [...new Set(plans.flatMap(bigScansOf))];
  return `${inWords(scanning)} read${scanning.length === 1 ? 's' : ''} a big table from end to end (${inWords(tables)}); ${
    scanning.length === designs.length ? 'no design does without' : 'the others probe an index'
  }.${without}`;
}

/** Where nobody could see into triggers: what is known is said of the lookup, and of what was not seen that it was not. */
function unseenSentence(
  plans: readonly CapturedPlan[],
  designs: readonly string[],
  reason: string,
): string {
  const seen = designs.filter((design) =>
    plans.some((plan) => plan.design === design && seenOf(plan) !== undefined),
  );
  const scanning = designs.filter((design) =>
    plans.some((plan) => plan.design === design && readsBigTable(plan)),
  );
  const probing = seen.filter((design) => !scanning.includes(design));
  const unseen = designs.filter((design) => !seen.includes(design));
  const name = (some: readonly string[]): string =>
    some.length <= 3 ? inWords(some) : counted(some.length, 'design');
  return [
    `What ran inside triggers was not seen (${reason}).`,
    scanning.length > 0 &&
      `The lookup of ${inWords(scanning)}, explained by itself, reads a big table from end to end (${inWords([...new Set(plans.flatMap(bigScansOf))])}).`,
    probing.length > 0 &&
      `The lookup of ${name(probing)}, explained by itself, reads no big table from end to end.`,
    unseen.length > 0 && `Of ${name(unseen)} nothing is known.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}

/** One row a design: how a message is checked, and the buffers that each statement touches. */
function pathTable(plans: readonly CapturedPlan[]): Html | undefined {
  if (plans.length === 0) return undefined;
  const statements = [...new Map(plans.map((plan) => [plan.statement, plan.title]))];
  const designs = [...new Set(plans.map((plan) => plan.design))];
  const find = (design: string, statement: string): CapturedPlan | undefined =>
    plans.find((plan) => plan.design === design && plan.statement === statement);
  const [first, firstTitle] = itemAt(statements, 0);
  return tableHtml({
    caption:
      'How one message is checked, and the buffers that the check touches in each statement. ▲ reads a big table from end to end. “Lookup”: not what ran in the trigger, which was not seen, but the lookup explained by itself.',
    columns: [
      { heading: 'Design' },
      { heading: `Access path of ${firstTitle}` },
      ...statements.map(([, title]) => ({ heading: title, numeric: true })),
    ],
    rows: designs.map((design) => [
      html`<span class="name">${design}</span>`,
      shortPath(find(design, first)),
      ...statements.map(([statement]) => buffersCell(find(design, statement))),
    ]),
  });
}

/** The nodes that touch a table or an index; sorts, joins and aggregates are in the tree below. */
function shortPath(plan: CapturedPlan | undefined): string {
  if (plan === undefined) return 'not kept';
  const seen = seenOf(plan);
  if (seen === undefined) return withoutPlan(plan);
  const nodes = seen.nodes.filter((node) => node.includes(' on '));
  const path = (nodes.length === 0 ? seen.nodes : nodes).join(', ');
  return plan.summary === undefined ? `lookup: ${path}` : path;
}

function buffersCell(plan: CapturedPlan | undefined): Html | string {
  if (plan === undefined) return '–';
  const seen = seenOf(plan);
  if (seen === undefined) return html`<small>${withoutPlan(plan)}</small>`;
  const buffers = `${plan.summary === undefined ? 'lookup: ' : ''}${formatCount(seen.buffers)}`;
  return readsBigTable(plan) ? html`<span class="bad-text">▲ ${buffers}</span>` : buffers;
}

function planTable(plans: readonly CapturedPlan[]): Html {
  return tableHtml({
    caption:
      'The access path of the check: of what ran inside the trigger where there is one, else of the statement; each statement’s name leads to its whole plan. Times are EXPLAIN’s own, with its overhead: for the shape, not for the speed.',
    columns: [
      { heading: 'Design' },
      { heading: 'Statement' },
      { heading: 'Access path' },
      { heading: 'Indexes' },
      { heading: 'Buffers', numeric: true },
      { heading: 'Rows', numeric: true },
      { heading: 'ms', numeric: true },
    ],
    rows: plans.map((plan) => planRow(plan)),
  });
}

function planRow(plan: CapturedPlan): readonly (Html | string)[] {
  const what = [
    html`<span class="name">${plan.design}</span>`,
    html`<a href="${plan.textFile}">${plan.title}</a>`,
  ];
  const summary = seenOf(plan);
  if (summary === undefined) return [...what, plan.failed ?? withoutPlan(plan), '', '', '', ''];
  return [
    ...what,
    html`${plan.summary === undefined && 'lookup: '}${summary.nodes.join(' → ')}${
      readsBigTable(plan) &&
      html` <span class="bad-text">reads all of ${inWords(summary.bigSeqScans)}</span>`
    }`,
    summary.indexes.join(', '),
    formatCount(summary.buffers),
    formatCount(summary.rows),
    significant(summary.milliseconds, 3),
  ];
}
