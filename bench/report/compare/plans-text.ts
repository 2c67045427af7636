import type { CapturedPlan, PlanSummary, Results } from '../../results/results.ts';
import { counted, formatCount, significant } from '../format.ts';
import { timedOutForPlan, wasNotSeen, whyNotSeen, withoutPlan } from '../plan-words.ts';
import { textTable } from '../text-table.ts';
import { accessPath, comparePlans } from './compare-plans.ts';

/** Designs × statements of a run: the access path of each check; ▲ marks the reading of a big table. */
export function plansText(results: Results): string {
  if (results.plans.length === 0) return `${results.runId} kept no plans\n`;
  const parts = [
    `plans of ${results.runId}: the access path of the check`,
    ...scansText(results.plans),
    ...withoutPlanText(results.plans),
    ...notSeenText(results.plans),
  ];
  return `${parts.join('; ')}\n\n${textTable(
    [
      { heading: 'design' },
      { heading: 'statement' },
      { heading: 'runs', align: 'right' },
      { heading: 'buffers', align: 'right' },
      { heading: 'rows', align: 'right' },
      { heading: 'ms', align: 'right' },
      { heading: '' },
      { heading: 'access path' },
    ],
    results.plans.map(planRow),
  )}`;
}

/** Of the plans that there are: a statement that has none is no good sign. */
function scansText(all: readonly CapturedPlan[]): readonly string[] {
  const plans = all.flatMap(({ summary, lookup }) => summary ?? lookup?.summary ?? []);
  const scans = plans.filter(({ bigSeqScans }) => bigSeqScans.length > 0);
  if (plans.length === 0) return [];
  return scans.length === 0
    ? [
        `no ${all.some(wasNotSeen) ? 'plan that was seen' : 'plan'} reads a big table from end to end`,
      ]
    : [`▲ ${scans.length} read a big table from end to end`];
}

function withoutPlanText(plans: readonly CapturedPlan[]): readonly string[] {
  const failures = plans.filter(({ failed }) => failed !== undefined);
  const timedOut = failures.filter(timedOutForPlan).length;
  const text = (count: number, what: string): readonly string[] =>
    count === 0
      ? []
      : [`${counted(count, 'statement')} ${what} and ${count === 1 ? 'has' : 'have'} no plan`];
  return [...text(timedOut, 'timed out'), ...text(failures.length - timedOut, 'failed')];
}

function notSeenText(plans: readonly CapturedPlan[]): readonly string[] {
  const count = plans.filter(wasNotSeen).length;
  return count === 0
    ? []
    : [`the check of ${counted(count, 'statement')} was not seen (${whyNotSeen(plans)})`];
}

/** Which plans of two runs changed shape, and how. */
export function planChangesText(before: Results, after: Results): string {
  const changes = comparePlans(before.plans, after.plans);
  if (changes.length === 0) {
    return `no plan changed shape between ${before.runId} and ${after.runId}\n`;
  }
  return `${changes.length} of ${after.plans.length} plans changed shape between ${before.runId} and ${after.runId}\n${changes
    .map(
      (change) => `
${change.design}, ${change.title}
  before  ${pathAndBuffers(change.before)}
  after   ${pathAndBuffers(change.after)}
${change.newBigScans.map((table) => `  ▲ reads all of ${table} now\n`).join('')}`,
    )
    .join('')}`;
}

function pathAndBuffers(summary: PlanSummary | undefined): string {
  if (summary === undefined) return 'no plan';
  return `${accessPath(summary)}, ${formatCount(summary.buffers)} buffers`;
}

/** What ran inside a row trigger ran once a row: buffers, rows and time are those of one run. */
function planRow(plan: CapturedPlan): readonly string[] {
  const { design, title, nested, failed, lookup } = plan;
  const summary = plan.summary ?? lookup?.summary;
  if (summary === undefined) {
    return [design, title, '', '', '', '', '', failed ?? withoutPlan(plan)];
  }
  const times = nested.filter(({ kind }) => kind === 'trigger').map((plan) => plan.times);
  return [
    design,
    title,
    formatCount(Math.max(1, ...times)),
    formatCount(summary.buffers),
    formatCount(summary.rows),
    significant(summary.milliseconds, 3),
    summary.bigSeqScans.length > 0 ? '▲' : '',
    `${plan.summary === undefined ? 'lookup by itself: ' : ''}${accessPath(summary)}`,
  ];
}
