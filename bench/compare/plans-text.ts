import { formatCount, significant } from '../report/format.ts';
import { textTable } from '../report/text-table.ts';
import type { CapturedPlan, Results } from '../results.ts';
import { accessPath, comparePlans } from './compare-plans.ts';

/** Designs × statements of a run: the access path of each check; ▲ marks the reading of a big table. */
export function plansText(results: Results): string {
  if (results.plans.length === 0) return `${results.runId} kept no plans\n`;
  const scans = results.plans.filter((plan) => plan.summary.bigSeqScans.length > 0);
  return `plans of ${results.runId}: the access path of the check${
    scans.length === 0
      ? '; no big table is read from end to end'
      : `; ▲ ${scans.length} read a big table from end to end`
  }\n\n${textTable(
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
  before  ${accessPath(change.before)}, ${formatCount(change.before.buffers)} buffers
  after   ${accessPath(change.after)}, ${formatCount(change.after.buffers)} buffers
${change.newBigScans.map((table) => `  ▲ reads all of ${table} now\n`).join('')}`,
    )
    .join('')}`;
}

/** What ran inside a row trigger ran once a row: buffers, rows and time are those of one run. */
function planRow({ design, title, summary, nested, failed }: CapturedPlan): readonly string[] {
  const times = nested.filter(({ kind }) => kind === 'trigger').map((plan) => plan.times);
  return [
    design,
    title,
    formatCount(Math.max(1, ...times)),
    formatCount(summary.buffers),
    formatCount(summary.rows),
    significant(summary.milliseconds, 3),
    summary.bigSeqScans.length > 0 ? '▲' : '',
    failed ?? accessPath(summary),
  ];
}
