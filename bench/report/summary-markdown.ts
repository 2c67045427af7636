import type { Results } from '../results/results.ts';
import { answersOf } from './answers.ts';
import { serverName } from './environment-facts.ts';
import { counted, dateText, formatCount } from './format.ts';
import {
  countedOf,
  countedOn,
  designCosts,
  leadCounts,
  scenarioCosts,
} from './instruction-tables.ts';
import { defaultDesign } from './questions.ts';
import { designSentence } from './sections/each-design.ts';
import { instructionsSentence } from './sections/instructions.ts';
import { summaryTable } from './summary-tables.ts';
import { markdownTable } from './text-table.ts';

const signs = { good: '✅', bad: '❌', open: '❔', plain: '➡️' } as const;

/** The run in Markdown, short enough for a pull request: the answers open, figures folded where they are many. */
export function summaryMarkdown(results: Results): string {
  const table = summaryTable(results);
  const { machine } = results.environment;
  const figures = `Time with the check over time with only the check switched off, and its 95 % interval${
    table.hasUnresolved
      ? '; ≈ and the interval alone where it includes 1: the two could not be told apart'
      : ''
  }.

${markdownTable(table.columns, table.rows)}`;
  const designs = results.designs.filter((design) => design.status !== 'planned');
  return `### The opt-out check at ${formatCount(results.dataSet.messages)} messages

${answersOf(results)
  .map(({ question, answer, mark }) => `- ${signs[mark]} **${question}** ${answer}\n`)
  .join('')}
${table.rows.length > 8 ? folded(`Figures of ${counted(designs.length, 'design')}`, figures) : figures}
${instructionsText(results)}${folded('Each design in a sentence', designs.map((design) => `- \`${design.name}\`: ${designSentence(results, design)}\n`).join(''))}${
  results.warnings.length === 0
    ? ''
    : `
${results.warnings.map((warning) => `- ⚠️ ${warning}\n`).join('')}`
}
Run \`${results.runId}\`, ${dateText(results.startedAt)}, ${serverName(results)}, ${machine.cpuModel} (${machine.cpus} visible). Made by \`${results.commandLine}\`. One machine, one disk, a warm cache.
`;
}

/** The counted costs, folded; nothing where none were counted. */
function instructionsText(results: Results): string {
  const found = countedOf(results);
  const lead = found === undefined ? undefined : leadCounts(found, defaultDesign);
  const sentence = instructionsSentence(results);
  if (found === undefined || lead === undefined || sentence === undefined) return '';
  const [own, all] = [scenarioCosts(lead), designCosts(found)];
  return `${folded(
    sentence,
    `${countedOn(found)} Of a report, with is a 21610 and without a 30007.

${markdownTable(own.columns, own.rows)}${
  found.designs.length === 1
    ? ''
    : `
Instructions that each design adds to one execution; of a refused insert all of them.

${markdownTable(all.columns, all.rows)}`
}`,
  )}
`;
}

function folded(summary: string, text: string): string {
  return `<details><summary>${summary}</summary>

${text}
</details>
`;
}
