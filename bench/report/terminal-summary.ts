import type { Results } from '../results/results.ts';
import { answersOf } from './answers.ts';
import { counted, formatNsInterval } from './format.ts';
import { leadDesign } from './questions.ts';
import { instructionsSentence } from './sections/instructions.ts';
import { summaryTable } from './summary-tables.ts';
import { fittingTable, wrap } from './text-table.ts';

/** The sign before an answer, as the page has it. */
const signs = { good: '✓', bad: '✗', open: '?', plain: '→' } as const;

/**
 * The summary at the end of a bench, for a terminal of 80 columns: the answers, the figures,
 * what to know before believing them, and where the report is.
 */
export function terminalSummary(results: Results, pagePath?: string, width = 80): string {
  const table = summaryTable(results);
  const verdict = answersOf(results)
    .map(({ mark, question, answer }) => wrap(`${signs[mark]} ${question} ${answer}`, width))
    .join('');
  const notes = [
    table.hasUnresolved ? '≈ the interval includes 1: not told apart from no check' : '',
    ...serverNotes(results),
    ...instructionsNote(results).map((note) =>
      wrap(note, width - 2)
        .trimEnd()
        .replaceAll('\n', '\n  '),
    ),
    notTimedNote(results),
  ].filter((note) => note !== '');
  const warnings = results.warnings.map((warning) => wrap(`! ${warning}`, width)).join('');
  return [
    '\n',
    verdict,
    '\n  time with the check over time without it, and its 95 % interval\n\n',
    fittingTable(table.columns, table.rows, width),
    notes.length === 0 ? '' : `\n${notes.map((note) => `  ${note}\n`).join('')}`,
    warnings === '' ? '' : `\n${warnings}`,
    pagePath === undefined ? '' : `\nreport: ${pagePath}\n`,
  ].join('');
}

/** Counts those whose plans were taken, and those for which not even that time was left. */
function notTimedNote({ designs, notReached = [] }: Results): string {
  const planned = designs.filter((design) => design.status === 'planned');
  const count = planned.length + notReached.length;
  if (count === 0) return '';
  const one = `${counted(count, 'more design')} ${count === 1 ? 'was' : 'were'} not timed: npm run bench -- --designs all`;
  return notReached.length === 0
    ? one
    : `${one}\n  no time was left for the plans of ${notReached.length}: npm run bench -- --plans`;
}

/** One line, or why there is none. */
function instructionsNote(results: Results): readonly string[] {
  const { instructions } = results;
  if (instructions?.state === 'not counted') return [`no instructions: ${instructions.reason}`];
  const sentence = instructionsSentence(results);
  return sentence === undefined ? [] : [`counted: ${sentence}`];
}

function serverNotes(results: Results): readonly string[] {
  const server = leadDesign(results)?.serverSide;
  const cost = server?.nsPerRow;
  const buffers = server?.buffersPerCheck;
  return [
    ...(cost === undefined
      ? []
      : [
          `check: inside the server, one message: ${formatNsInterval(cost)}${
            buffers !== undefined
              ? `, ${counted(buffers, 'buffer')}`
              : server?.lookupBuffers !== undefined
                ? `, ${counted(server.lookupBuffers, 'buffer')} by its lookup alone`
                : ''
          }`,
        ]),
    ...(results.indexProbe === undefined
      ? []
      : [`floor: a bare index probe: ${formatNsInterval(results.indexProbe.nsPerProbe)}`]),
  ];
}
