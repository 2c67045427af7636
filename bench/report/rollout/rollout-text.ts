import type { RolloutResults } from '../../rollout/results.ts';
import { stageLabel } from '../../rollout/stage-label.ts';
import { formatBytes, formatCount, formatNs } from '../format.ts';
import { markdownTable, type TextColumn, textTable, wrap } from '../text-table.ts';

const columns: readonly TextColumn[] = [
  { heading: 'stage' },
  { heading: 'time', align: 'right' },
  { heading: 'p99', align: 'right' },
  { heading: 'longest', align: 'right' },
  { heading: 'lock', align: 'right' },
  { heading: 'pause', align: 'right' },
  { heading: 'WAL', align: 'right' },
];

/** One line a stage: its time, what the traffic met, its longest wait for a lock. */
function rowsOf({ stages }: RolloutResults): readonly (readonly string[])[] {
  const ms = (value: number | null): string => (value === null ? '–' : formatNs(value * 1e6));
  return stages.map((stage) => [
    stageLabel(stage),
    formatNs(stage.seconds * 1e9),
    ms(stage.sends.p99Ms),
    ms(stage.sends.longestMs),
    ms(stage.trafficWaits[0]?.waitedMs ?? null),
    ms(stage.generatorPauseMs ?? null),
    formatBytes(stage.walBytes),
  ]);
}

const legend =
  'p99 and longest: of the traffic’s operations, from when they were due; lock: its longest wait for one; pause: the longest for which the process that sends stood still';

/** A rollout for a terminal of 80 columns. */
export function rolloutText(results: RolloutResults): string {
  return [
    `\nThe check brought into ${formatCount(results.messages)} messages with ${formatCount(results.optOuts)} opt-outs,\nbeside ${formatCount(results.ratePerSecond)} operations a second\n\n`,
    textTable(columns, rowsOf(results)),
    `\n${wrap(legend, 80)}\n`,
    ...results.checks.map(({ check, ok, found }) =>
      wrap(`${ok ? '✓' : '✗'} ${check}: ${found}`, 80),
    ),
    ...results.goals.map(({ goal, ok, reached }) =>
      wrap(`${ok ? '✓' : '✗'} ${goal}: ${reached}`, 80),
    ),
    ...(results.naiveAloneSeconds === undefined
      ? []
      : [`→ all at once without traffic: ${formatNs(results.naiveAloneSeconds * 1e9)}\n`]),
  ].join('');
}

/** The same in Markdown. */
export function rolloutMarkdown(results: RolloutResults): string {
  return `### The check brought into ${formatCount(results.messages)} messages in use

${formatCount(results.optOuts)} opt-outs of the history, beside ${formatCount(results.ratePerSecond)} operations a second. ${legend}.

${markdownTable(columns, rowsOf(results))}
${[
  ...results.checks.map(({ check, ok, found }) => ({ what: check, ok, found })),
  ...results.goals.map(({ goal, ok, reached }) => ({ what: goal, ok, found: reached })),
]
  .map(({ what, ok, found }) => `- ${ok ? '✅' : '❌'} ${what}: ${found}\n`)
  .join('')}
Made by \`${results.commandLine}\`.
`;
}
