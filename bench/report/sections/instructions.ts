import type { Counted, Results } from '../../results/results.ts';
import { barChart } from '../charts/bars.ts';
import { type Figure, figureHtml, tableHtml } from '../figure.ts';
import { formatCount, shortCount } from '../format.ts';
import { html } from '../html.ts';
import {
  addedOf,
  countedOf,
  countedOn,
  countedScenario,
  designCosts,
  leadCounts,
  oneRow,
  scenarioCosts,
  signedCount,
} from '../instruction-tables.ts';
import type { Section } from '../page.ts';
import { colours } from '../palette.ts';
import { defaultDesign } from '../questions.ts';
import type { TextColumn } from '../text-table.ts';

const question = 'What does it cost without noise?';

/** Instructions, pages and WAL of one execution; nothing where a run counted none. */
export function instructionsSection(results: Results): readonly Section[] {
  const { instructions } = results;
  if (instructions === undefined) return [];
  const counted = countedOf(results);
  const sentence = instructionsSentence(results);
  if (counted === undefined || sentence === undefined) {
    const answer =
      instructions.state === 'counted'
        ? 'No design could be counted.'
        : `Not counted: ${instructions.reason}.`;
    return [{ id: 'instructions', question, mark: 'open', answer, body: html`` }];
  }
  const lead = leadCounts(counted, defaultDesign);
  const all = designCosts(counted);
  return [
    {
      id: 'instructions',
      question,
      mark: 'plain',
      answer: sentence,
      body: html`${barFigure(counted).map(figureHtml)}
${
  lead !== undefined &&
  html`<h3>${lead.name}, one execution</h3>
${tableOf(`${countedOn(counted)} Instructions, pages asked for in shared buffers, bytes of WAL without images of whole pages. Of a report, with is a 21610 and without a 30007.`, scenarioCosts(lead))}`
}
${
  counted.designs.length > 1 &&
  html`<h3>Instructions that each design adds</h3>
${tableOf('To one execution of each statement; of a refused insert all of them. A design that reads whole tables is counted on the few messages that are there.', all)}`
}`,
    },
  ];
}

/** The cost of one row in a sentence, for every place that has one line. */
export function instructionsSentence(results: Results): string | undefined {
  const counted = countedOf(results);
  const lead = counted === undefined ? undefined : leadCounts(counted, defaultDesign);
  const scenario = lead === undefined ? undefined : countedScenario(lead, 'insert');
  const added = addedOf(scenario);
  const pages = addedOf(scenario, 'pages');
  const wal = addedOf(scenario, 'walBytes');
  if (scenario?.without === undefined || added === undefined || pages === undefined) {
    return undefined;
  }
  const { without } = scenario;
  return `${lead?.name} adds ${formatCount(added)} instructions to the ${formatCount(without.instructions)} of one row, ${signedCount(pages).replace('+', '')} pages and ${wal === undefined || Math.round(wal) === 0 ? 'no WAL' : `${signedCount(wal)} bytes of WAL`}.`;
}

function barFigure(counted: Counted): readonly Figure[] {
  const bars = counted.designs
    .filter((design) => Number.isFinite(oneRow(design)))
    .sort((a, b) => oneRow(a) - oneRow(b));
  const [least, most] = [bars[0], bars.at(-1)];
  if (least === undefined || most === undefined || bars.length < 2) return [];
  // one that reads whole tables would leave of all others a line
  const typical = oneRow(bars[Math.floor((bars.length - 1) / 2)] ?? least);
  const limit = Math.max(
    8 * typical,
    ...bars.filter(({ name }) => name === defaultDesign).map(oneRow),
  );
  const drawn = bars.filter((design) => oneRow(design) <= limit);
  const left = bars.length - drawn.length;
  return [
    {
      id: 'instructions-of-one-row',
      finding: `To one row, ${least.name} adds the fewest instructions: ${formatCount(oneRow(least))}`,
      reading: `Instructions that the check adds to an insert of one row.${
        left === 0
          ? ''
          : ` Off the scale: ${bars
              .slice(-left)
              .map((design) => `${design.name} (${shortCount(oneRow(design))})`)
              .join(', ')}.`
      }`,
      chart: barChart(
        drawn.map((design) => ({
          name: design.name,
          label: formatCount(oneRow(design)),
          parts: [{ colour: colours.blue, value: Math.max(0, oneRow(design)) }],
        })),
        {
          label: 'Instructions that the check adds to one row, by design',
          axis: 'instructions',
          kind: 'count',
          emphasised: defaultDesign,
        },
      ),
      data: {
        caption: 'Instructions that the check adds to one row',
        columns: [{ heading: 'Design' }, { heading: 'Instructions', numeric: true }],
        rows: bars.map((design) => [design.name, formatCount(oneRow(design))]),
      },
    },
  ];
}

function tableOf(
  caption: string,
  { columns, rows }: { columns: readonly TextColumn[]; rows: readonly (readonly string[])[] },
) {
  return tableHtml({
    caption,
    columns: columns.map(({ heading, align }) => ({ heading, numeric: align === 'right' })),
    rows,
  });
}
