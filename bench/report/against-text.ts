import type { AgainstResults, ComparedPlan, DifferingSetting } from '../against/results.ts';
import type { PairedFigure, PlanSummary, ScenarioResult } from '../results/results.ts';
import { formatNs, formatRatio, formatRatioBounds, formatSignedNsInterval } from './format.ts';
import { markdownTable, type TextColumn, textTable } from './text-table.ts';

/** Two databases compared, for a terminal, at most 80 columns wide. */
export function againstText(results: AgainstResults): string {
  return textOf(results, textTable);
}

/** The same as Markdown. */
export function againstMarkdown(results: AgainstResults): string {
  return `# ${results.treatment.title} against ${results.control.title}\n${textOf(results, markdownTable)}`;
}

function textOf(results: AgainstResults, table: typeof textTable): string {
  const { treatment, control, sameTwice, scenarios, plans, settings } = results;
  const [noise] = sameTwice;
  const changed = plans.filter(differ);
  return [
    `\nThe time of a statement with ${treatment.title} over that with ${control.title}, and its 95 % interval\n\n`,
    table(columns, scenarios.map(row)),
    noise === undefined
      ? ''
      : `\nTried on itself, the same design in both databases: ${noiseText(noise)}.\n`,
    settings === undefined ? '' : settingsText(results, settings, table),
    changed.length === 0
      ? '\nThe checks read the same in both.\n'
      : `\nWhat the checks read:\n\n${changed.map(planText).join('')}`,
  ].join('');
}

function settingsText(
  { treatment, control }: AgainstResults,
  settings: readonly DifferingSetting[],
  table: typeof textTable,
): string {
  if (settings.length === 0) return '\nThe two servers differ in no setting.\n';
  const headings = ['setting', treatment.title, control.title].map((heading) => ({ heading }));
  const unknown = 'not known there';
  return `\n${table(
    headings,
    settings.map((one) => [one.name, one.treatment ?? unknown, one.control ?? unknown]),
  )}`;
}

const columns: readonly TextColumn[] = [
  { heading: 'scenario' },
  { heading: 'ratio', align: 'right' },
  { heading: 'difference of one row', align: 'right' },
  { heading: 'control', align: 'right' },
];

function row(scenario: ScenarioResult): readonly string[] {
  const { name, paired, failure, stoppedBecause } = scenario;
  if (paired === undefined)
    return [name, failure === undefined ? stoppedBecause : 'it failed', '', ''];
  const ratio = ratioOf(paired);
  return [
    name,
    paired.resolved
      ? `${formatRatio(ratio)} (${formatRatioBounds(ratio, '–')})`
      : `≈ ${formatRatioBounds(ratio, '–')}`,
    formatSignedNsInterval({
      value: paired.differenceNsPerRow,
      low: paired.differenceLowNsPerRow,
      high: paired.differenceHighNsPerRow,
    }),
    formatNs(paired.baselineNs),
  ];
}

function ratioOf({ ratio, ratioLow, ratioHigh }: PairedFigure) {
  return { value: ratio, low: ratioLow, high: ratioHigh };
}

function noiseText({ paired }: ScenarioResult): string {
  return paired === undefined
    ? 'too few sessions to say'
    : `${formatRatioBounds(ratioOf(paired))} where 1 is true`;
}

function differ({ treatment, control }: ComparedPlan): boolean {
  return treatment?.shape !== control?.shape || treatment?.buffers !== control?.buffers;
}

function planText({ statement, treatment, control }: ComparedPlan): string {
  return `- ${statement}: ${readsText(treatment)}; the control ${readsText(control)}\n`;
}

function readsText(plan: PlanSummary | undefined): string {
  return plan === undefined
    ? 'was not seen'
    : `${plan.nodes.join(', ')}, ${plan.buffers} ${plan.buffers === 1 ? 'buffer' : 'buffers'}`;
}
