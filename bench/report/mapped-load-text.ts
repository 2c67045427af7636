import { defaultDesignName } from '../../db/designs.ts';
import type { MappedLoadResults } from '../mapped/load/results.ts';
import { serverName } from './environment-facts.ts';
import { dateText, formatCount, formatNs } from './format.ts';
import { markdownTable, type TextColumn, textTable, wrap } from './text-table.ts';

const columns: readonly TextColumn[] = [
  { heading: 'operation' },
  { heading: 'answered', align: 'right' },
  { heading: 'refused', align: 'right' },
  { heading: 'p50', align: 'right' },
  { heading: 'p99', align: 'right' },
  { heading: 'longest', align: 'right' },
];

function rows({ operations }: MappedLoadResults): readonly (readonly string[])[] {
  const ms = (value: number | null): string => (value === null ? '–' : formatNs(value * 1e6));
  return operations.map(({ kind, operations: count, refused, p50Ms, p99Ms, longestMs }) => [
    kind,
    formatCount(count),
    formatCount(refused),
    ms(p50Ms),
    ms(p99Ms),
    ms(longestMs),
  ]);
}

function heading({ mapping, ratePerSecond, durationS, clients }: MappedLoadResults): string {
  const { messages, design } = mapping;
  return `${formatCount(ratePerSecond)} operations a second in ${messages.schema}.${messages.table} for ${durationS} s, ${clients} sessions, checked by ${design ?? defaultDesignName}; times from when an operation was due.`;
}

/** A load in the tables of a mapping, for a terminal of 80 columns. */
export function mappedLoadText(results: MappedLoadResults): string {
  return [
    '\n',
    wrap(heading(results), 80),
    '\n',
    textTable(columns, rows(results)),
    '\n',
    ...results.checks.map(({ check, ok, found }) =>
      wrap(`${ok ? '✓' : '✗'} ${check}: ${found}`, 80),
    ),
  ].join('');
}

/** The same in Markdown. */
export function mappedLoadMarkdown(results: MappedLoadResults): string {
  const { machine } = results.environment;
  return `### A load in \`${results.mapping.messages.schema}.${results.mapping.messages.table}\`

${heading(results)}

${markdownTable(columns, rows(results))}
${results.checks.map(({ check, ok, found }) => `- ${ok ? '✅' : '❌'} ${check}: ${found}\n`).join('')}
${dateText(results.startedAt)}, ${serverName(results)}, ${machine.cpuModel} (${machine.cpus} visible). Made by \`${results.commandLine}\`.
`;
}
