import { defaultDesignName } from '../../db/designs.ts';
import type { MappedResults } from '../mapped/results.ts';
import { serverName } from './environment-facts.ts';
import { dateText, formatCount } from './format.ts';
import { scenarioCells } from './summary-tables.ts';
import { markdownTable, textTable, wrap } from './text-table.ts';

/** What the check costs in the tables of a mapping, for a terminal of 80 columns. */
export function mappedText(results: MappedResults): string {
  const [first = '', ...notes] = sentences(results);
  return [
    '\n',
    wrap(first, 80),
    '\n',
    textTable(columns, rows(results)),
    '\n',
    ...notes.map((note) => wrap(note, 80)),
  ].join('');
}

/** The same in Markdown. */
export function mappedMarkdown(results: MappedResults): string {
  const [first = '', ...notes] = sentences(results);
  const { machine } = results.environment;
  return `### The opt-out check in \`${results.messages}\`

${first}

${markdownTable(columns, rows(results))}
${notes.map((note) => `- ${note}\n`).join('')}
${dateText(results.startedAt)}, ${serverName(results)}, ${machine.cpuModel} (${machine.cpus} visible). Made by \`${results.commandLine}\`.
`;
}

const columns = [
  { heading: 'scenario' },
  { heading: 'with / without', align: 'right' },
  { heading: 'added a row', align: 'right' },
  { heading: 'without', align: 'right' },
] as const;

function rows({ scenarios, notTimed }: MappedResults): readonly (readonly string[])[] {
  return [
    ...scenarios.map((scenario) => [scenario.name, ...scenarioCells(scenario)]),
    ...notTimed.map(({ scenario }) => [scenario, 'not timed', '', '']),
  ];
}

/** What the figures are of, and then what to know before believing one. */
function sentences(results: MappedResults): readonly string[] {
  const { mapping, messages, reports, environment, otherTriggers, scenarios, notTimed } = results;
  const tables = environment.relations
    .map(({ name, rows: count }) => `${name} (about ${formatCount(count)} rows)`)
    .join(', ');
  const byEmptying = scenarios.some(({ method }) => method === 'emptied function');
  return [
    `What the check (${mapping.design ?? defaultDesignName}) adds to ${messages} and ${reports}: the time of a statement with it over that without, and its 95 % interval. ${tables}.`,
    'Every statement was rolled back in the round trip in which it ran: no commit is in these times. A commit takes as long with the check as without, so of a durable send the check is a smaller share.',
    'A report is one that says "opted out", against one of the same message that does not.',
    ...(byEmptying
      ? [
          'The role may not rest the trigger. Without the check its function is empty, in a transaction that is open: the figures are too low by an empty trigger, and by what a new transaction sets up.',
        ]
      : []),
    ...(otherTriggers.length === 0
      ? []
      : [
          `Your triggers fire in both: ${otherTriggers.join(', ')}.${byEmptying ? '' : " Where one writes to another table, that table's own triggers rest without the check, and the check's figure is too high by what they cost."}`,
        ]),
    ...scenarios.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [`${name} failed: ${failure}`],
    ),
    ...notTimed.map(({ scenario, reason }) => `${scenario} was not timed: ${reason}.`),
  ];
}
