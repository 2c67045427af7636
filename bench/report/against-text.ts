import type { AgainstResults, ComparedPlan, DifferingSetting } from '../against/results.ts';
import type {
  CountedScenarioResult,
  PairedFigure,
  PlanSummary,
  ScenarioResult,
} from '../results/results.ts';
import {
  formatCount,
  formatNs,
  formatRatio,
  formatRatioBounds,
  formatSignedNsInterval,
} from './format.ts';
import { addedOf, signedCount } from './instruction-tables.ts';
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
    instructionsText(results, table),
    settings === undefined ? '' : settingsText(results, settings, table),
    changed.length === 0
      ? '\nThe checks read the same in both.\n'
      : `\nWhat the checks read:\n\n${changed.map(planText).join('')}`,
  ].join('');
}

/** What was counted in either place, or why it was not. */
function instructionsText(
  { treatment, control, instructions }: AgainstResults,
  table: typeof textTable,
): string {
  if (instructions === undefined) return '';
  const [own, other] = [instructions.treatment, instructions.control];
  if (own.state === 'not counted')
    return `\nNo instructions of ${treatment.title}: ${own.reason}\n`;
  if (other.state === 'not counted') {
    return `\nNo instructions of ${control.title}: ${other.reason}\n`;
  }
  const right = (heading: string): TextColumn => ({ heading, align: 'right' });
  const columns = [
    { heading: 'instructions' },
    right(treatment.title),
    right(control.title),
    right('ratio'),
    right('the check adds'),
    right('there'),
  ];
  const rows = own.designs.flatMap(({ scenarios, name }) =>
    scenarios.flatMap((scenario) => {
      const same = other.designs
        .find((design) => design.name === name)
        ?.scenarios.find((one) => one.name === scenario.name);
      return same === undefined ? [] : [countedRow(scenario, same)];
    }),
  );
  const reasons = [...own.designs, ...other.designs].flatMap(({ reason }) => reason ?? []);
  return `\n${table(columns, rows)}\n${own.serverVersion}; ${other.serverVersion}\n${reasons.map((reason) => `${reason}\n`).join('')}`;
}

function countedRow(own: CountedScenarioResult, other: CountedScenarioResult): readonly string[] {
  const added = (scenario: CountedScenarioResult): string => {
    const more = addedOf(scenario);
    return more === undefined ? '' : signedCount(more);
  };
  const [here, there] = [own.treatment.instructions, other.treatment.instructions];
  return [
    own.name,
    ...[here, there].map((count) => formatCount(Math.round(count))),
    (here / there).toFixed(3),
    added(own),
    added(other),
  ];
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
