import type { CapturedPlan, PlanSummary, Results } from '../../results/results.ts';
import { counted, formatCount } from '../format.ts';
import { timedOutForPlan, wasNotSeen, whyNotSeen, withoutPlan } from '../plan-words.ts';
import { wrap, wrapLines } from '../text-table.ts';
import { accessPath, comparePlans } from './compare-plans.ts';

/** Designs × statements of a run, 80 columns wide: the access path of each check; ▲ marks the reading of a big table. */
export function plansText(results: Results, width = 80): string {
  if (results.plans.length === 0) return `${results.runId} kept no plans\n`;
  const parts = [
    `plans of ${results.runId}: the access path of the check`,
    ...scansText(results.plans),
    ...withoutPlanText(results.plans),
    ...notSeenText(results.plans),
  ];
  const designs = [...new Set(results.plans.map(({ design }) => design))];
  return [
    wrap(parts.join('; '), width),
    ...designs.map(
      (design) =>
        `\n${design}\n${results.plans
          .filter((plan) => plan.design === design)
          .map((plan) => planText(plan, width))
          .join('')}`,
    ),
  ].join('');
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
export function planChangesText(before: Results, after: Results, width = 80): string {
  const changes = comparePlans(before.plans, after.plans);
  if (changes.length === 0) {
    return `no plan changed shape between ${before.runId} and ${after.runId}\n`;
  }
  return `${changes.length} of ${after.plans.length} plans changed shape between ${before.runId} and ${after.runId}\n${changes
    .map(
      (change) => `
${change.design}, ${change.title}
${indented(`before  ${pathAndBuffers(change.before)}`, width, 2)}${indented(`after   ${pathAndBuffers(change.after)}`, width, 2)}${change.newBigScans.map((table) => `  ▲ reads all of ${table} now\n`).join('')}`,
    )
    .join('')}`;
}

function pathAndBuffers(summary: PlanSummary | undefined): string {
  if (summary === undefined) return 'no plan';
  return `${accessPath(summary)}, ${formatCount(summary.buffers)} buffers`;
}

/**
 * One statement: its access path under its title, then its figures. What ran inside a row trigger ran once a
 * row: buffers, rows and time are those of one run.
 */
function planText(plan: CapturedPlan, width: number): string {
  const { title, nested, failed, lookup } = plan;
  const summary = plan.summary ?? lookup?.summary;
  if (summary === undefined) {
    return `${indented(title, width, 2)}${indented(failed ?? withoutPlan(plan), width, 6)}`;
  }
  const times = Math.max(
    1,
    ...nested.filter(({ kind }) => kind === 'trigger').map((one) => one.times),
  );
  const path = `${plan.summary === undefined ? 'the lookup by itself: ' : ''}${accessPath(summary)}`;
  const figures = [
    counted(summary.buffers, 'buffer'),
    counted(summary.rows, 'row'),
    `${Number(summary.milliseconds.toPrecision(3))} ms`,
    ...(times > 1 ? [`run ${formatCount(times)} times`] : []),
  ];
  return [
    indented(title, width, 2),
    indented(`${summary.bigSeqScans.length > 0 ? '▲ ' : ''}${path}`, width, 6),
    indented(figures.join(', '), width, 6),
  ].join('');
}

function indented(text: string, width: number, indent: number): string {
  return wrapLines(text, width - indent, 2)
    .map((line, index) => `${' '.repeat(indent + (index === 0 ? 0 : 2))}${line}\n`)
    .join('');
}
