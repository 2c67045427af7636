import type { PlanSummary } from '../../results/results.ts';
import {
  counted,
  formatChange,
  formatChangeInterval,
  formatCount,
  formatNs,
  inWords,
  significant,
} from '../format.ts';
import { countedOf } from '../instruction-tables.ts';
import type { TextColumn } from '../text-table.ts';
import { type InstructionChange, toldChanges } from './compare-instructions.ts';
import { accessPath } from './compare-plans.ts';
import type { Change, Comparison, Measure } from './compare-runs.ts';

/** A part of a comparison as text: the terminal, Markdown and HTML lay the same cells out. */
export interface ComparisonTable {
  readonly title: string;
  readonly note: string;
  readonly columns: readonly TextColumn[];
  readonly rows: readonly (readonly string[])[];
}

/** The verdict in one sentence. */
export function comparisonSentence(comparison: Comparison): string {
  const judged = comparison.changes.filter((change) => change.judged);
  const of = (verdict: Change['verdict']): readonly Change[] =>
    judged.filter((change) => change.verdict === verdict);
  const { reasons, cautions } = comparison.comparability;
  if (reasons.length > 0) return `The runs cannot be compared: ${reasons.join('; ')}.`;
  const alike =
    cautions.length === 0
      ? 'The runs can be compared.'
      : `The runs can be compared, but ${cautions.join('; ')}: a change may come from that.`;
  if (judged.length === 0) {
    return comparison.instructions.length === 0
      ? `${alike} They have no figure in common that can be judged.`
      : `${alike} ${instructionsWords(comparison)}They have no times in common.`;
  }
  const missing =
    comparison.missing.length === 0
      ? ''
      : ` ${counted(comparison.missing.length, 'figure')} of the earlier run ${comparison.missing.length === 1 ? 'is' : 'are'} missing from the later one.`;
  const worst = of('slower')[0];
  const designs = [...new Set(of('slower').map((change) => change.design))];
  const slower =
    worst === undefined
      ? 'Nothing got slower'
      : `${counted(of('slower').length, 'figure')} got slower (${inWords(designs)}), the most ${worst.design}, ${worst.title}: ${formatChange(worst.ratio)}`;
  const plans = comparison.plans.length;
  return `${alike} ${instructionsWords(comparison)}${slower}; ${of('faster').length === 0 ? 'nothing' : counted(of('faster').length, 'figure')} got faster; ${of('could not be told apart').length} of ${judged.length} could not be told apart${comparison.kind === 'load' ? '' : '; '}${
    comparison.kind === 'load' ? '' : plans === 0 ? 'no plan' : counted(plans, 'plan')
  }${comparison.kind === 'load' ? '' : ' changed shape'}.${missing}`;
}

/** Names what changed by more than a count does by itself; nothing where that is nothing. */
function instructionsWords({ instructions }: Comparison): string {
  const told = toldChanges(instructions);
  const worst = told[0];
  if (worst === undefined) {
    return instructions.length === 0 ? '' : 'No instructions changed by more than 1 %. ';
  }
  const designs = [...new Set(told.map(({ design }) => design))];
  return `Instructions changed by more than 1 % in ${counted(told.length, 'figure')} (${inWords(designs)}), the most ${worst.design}, ${worst.scenario}: ${percentChange(worst.ratio)}. `;
}

/**
 * Every part that has something to say, the most urgent first.
 *
 * @param label what a scenario is called: its title, or its name where there is little room
 */
export function comparisonTables(
  comparison: Comparison,
  label: 'title' | 'scenario' = 'title',
): readonly ComparisonTable[] {
  const judged = comparison.changes.filter((change) => change.judged);
  const faster = judged.filter((change) => change.verdict === 'faster').reverse();
  const moved = comparison.changes.filter(
    (change) => !change.judged && change.verdict !== 'could not be told apart',
  );
  const note =
    comparison.kind === 'load'
      ? 'The later load over the earlier one, second by second, and of a ramp the highest rate; above 0 is worse, for a rate too. 95 % interval. No control divides the machine’s drift out.'
      : 'With the check over without it, in the later run over the earlier: each run’s own control divides drift out. 95 % interval.';
  return [
    changeTable(
      'Slower',
      note,
      judged.filter((change) => change.verdict === 'slower'),
      label,
    ),
    planTable(comparison),
    instructionsTable(comparison),
    changeTable('Faster', note, faster, label),
    changeTable(
      'Could not be told apart',
      'The interval includes no change: neither equal nor different.',
      judged.filter((change) => change.verdict === 'could not be told apart'),
      label,
    ),
    changeTable(
      'What moved without the check',
      'The machine, the disk, the server: not judged, because it is not the check’s doing.',
      moved.filter((change) => change.measure === 'without the check'),
      label,
    ),
    changeTable(
      'What moved with the check and has too few pairs',
      'Not judged: nothing tells the check’s doing from the machine’s. More time (--max-seconds) gives more pairs.',
      moved.filter((change) => change.measure !== 'without the check'),
      label,
    ),
    {
      title: 'What differs in the environment',
      note: '',
      columns: [{ heading: 'what' }, { heading: 'before' }, { heading: 'after' }],
      rows: comparison.environment.map(({ name, before, after }) => [name, before, after]),
    },
    {
      title: 'Figures that the later run lacks',
      note: '',
      columns: [{ heading: 'what' }],
      rows: comparison.missing.map((what) => [what]),
    },
    {
      title: 'In one run only',
      note: '',
      columns: [{ heading: 'what' }, { heading: 'in' }],
      rows: [
        ...comparison.onlyBefore.map((name) => [name, 'before']),
        ...comparison.onlyAfter.map((name) => [name, 'after']),
      ],
    },
  ].filter((table) => table.rows.length > 0);
}

function changeTable(
  title: string,
  note: string,
  changes: readonly Change[],
  label: 'title' | 'scenario',
): ComparisonTable {
  const hasOneArm = changes.some(({ measure, judged }) => judged && measure === 'one arm');
  return {
    title,
    note: hasOneArm
      ? `${note} One arm: its later time as it would be at the earlier run’s speed, which the controls tell.`
      : note,
    columns: [
      { heading: 'design' },
      { heading: 'scenario' },
      { heading: 'before', align: 'right' },
      { heading: 'after', align: 'right' },
      { heading: 'change', align: 'right' },
      { heading: '95 % interval', align: 'right' },
    ],
    rows: changes.map((change) => [
      change.design,
      `${change[label]}${label === 'scenario' || change.measure === 'with the check' ? '' : `, ${change.measure}`}`,
      figure(change.measure, change.before),
      figure(change.measure, change.after),
      formatChange(change.ratio),
      formatChangeInterval(change.ratio),
    ]),
  };
}

/** Instructions that changed; a ● before what changed by more than is to be expected. Of the others how many there are. */
function instructionsTable({ instructions, before, after }: Comparison): ComparisonTable {
  const told = toldChanges(instructions);
  const moved = instructions.filter(
    ({ ratio, without }) => !isSame(ratio) || (without !== undefined && !isSame(without)),
  );
  const added = (count: number | undefined): string =>
    count === undefined ? '–' : formatCount(count);
  const row = (change: InstructionChange): readonly string[] => [
    `${told.includes(change) ? '● ' : ''}${change.design}`,
    change.scenario,
    added(change.before),
    added(change.after),
    percentChange(change.ratio),
    change.without === undefined ? '–' : percentChange(change.without),
  ];
  const servers = [before, after]
    .map(countedOf)
    .map((one) => `${one?.counterVersion}, ${one?.serverVersion}`);
  return {
    title: 'Instructions',
    note: `What the check adds to one execution, of a refused insert all of them. ${
      told.length === 0
        ? 'Nothing changed by more than 1 %.'
        : `● ${counted(told.length, 'figure')} changed by more than 1 %.`
    }${
      moved.length === instructions.length
        ? ''
        : ` ${counted(instructions.length - moved.length, 'more figure')} did not change.`
    }${servers[0] === servers[1] ? '' : ` Before: ${servers[0]}. After: ${servers[1]}.`}`,
    columns: [
      { heading: 'design' },
      { heading: 'scenario' },
      { heading: 'before', align: 'right' },
      { heading: 'after', align: 'right' },
      { heading: 'change', align: 'right' },
      { heading: 'without', align: 'right' },
    ],
    rows: moved.map(row),
  };
}

/** `+1.2 %`; a change in a count, which has no interval. */
function percentChange(ratio: number): string {
  const percent = ((ratio - 1) * 100).toFixed(1);
  return isSame(ratio) ? 'same' : `${Number(percent) > 0 ? '+' : ''}${percent.replace('-', '−')} %`;
}

/** Whether a count is the same to the tenth of a percent. */
function isSame(ratio: number): boolean {
  return Math.abs(ratio - 1) < 0.0005;
}

function planTable({ plans }: Comparison): ComparisonTable {
  return {
    title: 'Plans that changed shape',
    note: 'The access path of the check, before and after; ▲ marks a big table that is read from end to end.',
    columns: [
      { heading: 'design' },
      { heading: 'statement' },
      { heading: 'before' },
      { heading: 'after' },
      { heading: 'buffers', align: 'right' },
    ],
    rows: plans.map((plan) => [
      plan.design,
      plan.title,
      pathOf(plan.before),
      `${plan.after !== undefined && plan.after.bigSeqScans.length > 0 ? '▲ ' : ''}${pathOf(plan.after)}`,
      `${buffersOf(plan.before)} → ${buffersOf(plan.after)}`,
    ]),
  };
}

function pathOf(summary: PlanSummary | undefined): string {
  return summary === undefined ? 'no plan' : accessPath(summary);
}

function buffersOf(summary: PlanSummary | undefined): string {
  return summary === undefined ? '–' : String(summary.buffers);
}

function figure(measure: Measure, value: number): string {
  if (measure === 'operations a second') return `${formatCount(Math.round(value))}/s`;
  return measure === 'with the check' ? `×${significant(value, 3)}` : formatNs(value);
}
