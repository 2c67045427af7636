import { join } from 'node:path';
import { writeTextFile } from '../../../db/cli/output-path.ts';
import { itemAt } from '../../../db/item-at.ts';
import type { DesignResult, Results } from '../../results/results.ts';
import { type AddedRow, addedChart, addedStyles } from '../charts/added.ts';
import { type Figure, figureHtml, tableHtml } from '../figure.ts';
import { dateText, formatChange, formatCount, formatNsInterval } from '../format.ts';
import { html } from '../html.ts';
import { pageHtml, type Section } from '../page.ts';
import {
  defaultDesign,
  differenceOf,
  pairedOf,
  questionsOf,
  ratioOf,
  timedDesigns,
  whyNoFigure,
} from '../questions.ts';
import { instructionsSection } from '../sections/instructions.ts';

/** A bench over data of one shape. */
export interface ShapeRun {
  readonly name: string;
  /** What the shape is, in a few words. */
  readonly title: string;
  readonly results: Results;
}

/**
 * Writes the page of several shapes, and returns its path: in the folder of their runs, with links to each, or
 * elsewhere by itself.
 */
export function writeShapesPage(
  runs: readonly ShapeRun[],
  folder: string,
  elsewhere?: string,
): string {
  const path = elsewhere ?? join(folder, 'shapes.html');
  writeTextFile(path, shapesPageHtml(runs, { linked: elsewhere === undefined }));
  return path;
}

/** The page of several shapes, from their results alone; linked: to their runs, which lie beside it. */
export function shapesPageHtml(
  runs: readonly ShapeRun[],
  { linked }: { readonly linked: boolean } = { linked: true },
): string {
  const { results } = itemAt(runs, 0);
  return pageHtml({
    title: 'The check over data of other shapes',
    subtitle: `${dateText(results.startedAt)} · ${formatCount(results.dataSet.messages)} messages each · ${itemAt(results.environment.server.version.split(' on '), 0)}`,
    sections: [
      costSection(runs),
      figuresSection(runs),
      ...instructionsSection(results),
      dataSection(runs),
    ],
    links: linked
      ? [
          { href: '../index.html', text: '← above' },
          ...runs.map(({ name }) => ({ href: `${name}/index.html`, text: name })),
        ]
      : [],
  });
}

function costSection(runs: readonly ShapeRun[]): Section {
  const figure = addedFigure(runs);
  return {
    id: 'cost',
    question: 'Does the cost depend on the data?',
    mark: 'plain',
    answer: costAnswer(runs),
    body: figure === undefined ? '' : figureHtml(figure),
  };
}

/** What the default design adds to a row over each shape. */
function costAnswer(runs: readonly ShapeRun[]): string {
  const said = runs.flatMap(({ name, results }) => {
    const design = timedDesigns(results).find((one) => one.name === defaultDesign);
    const { oneRowNotDurable, oneRow } = questionsOf(results);
    const paired = pairedOf(design, oneRowNotDurable ?? oneRow)?.paired;
    return paired === undefined ? [] : [`${name} ${formatNsInterval(differenceOf(paired))}`];
  });
  return said.length === 0
    ? 'No shape has a figure of the default design.'
    : `What ${defaultDesign} adds to one row that is not durable: ${said.join('; ')}. Each shape ran in its turn, minutes apart: what the machine did meanwhile is in their differences.`;
}

/** One row a shape and design; undefined where none has a figure. */
function addedFigure(runs: readonly ShapeRun[]): Figure | undefined {
  const rows = runs.flatMap(({ name, results }): readonly AddedRow[] => {
    const { oneRowNotDurable, oneRow, bulk } = questionsOf(results);
    return timedDesigns(results).map((design) => {
      const one = pairedOf(design, oneRowNotDurable ?? oneRow);
      const many = pairedOf(design, bulk);
      return {
        name: `${name}: ${design.name}`,
        oneRow: one && differenceOf(one.paired),
        bulk: many && differenceOf(many.paired),
        labels:
          one === undefined ? [] : [{ className: '', text: formatChange(ratioOf(one.paired)) }],
      };
    });
  });
  if (rows.every(({ oneRow, bulk }) => oneRow === undefined && bulk === undefined))
    return undefined;
  const text = (range: AddedRow['oneRow']): string =>
    range === undefined ? '–' : formatNsInterval(range);
  return {
    id: 'added',
    finding: 'What each design adds to a row, over data of each shape',
    reading:
      'Time that the check adds to one row that is not durable, and to each row of a thousand in one statement, with its 95 % interval; at the end of a row the share of one row.',
    legend: [
      { colour: addedStyles.oneRow.colour, name: addedStyles.oneRow.name, shape: 'dot' },
      { colour: addedStyles.bulk.colour, name: addedStyles.bulk.name, shape: 'square' },
    ],
    chart: addedChart(rows, {
      label: 'Time that each design’s check adds to a row, by shape of the data',
      floorNs: undefined,
      emphasised: undefined,
      nameWidth: 270,
    }),
    data: {
      caption: 'Added to a row, by shape and design',
      columns: [
        { heading: 'Shape and design' },
        { heading: 'One row', numeric: true },
        { heading: 'A row in bulk', numeric: true },
      ],
      rows: rows.map(({ name, oneRow, bulk }) => [name, text(oneRow), text(bulk)]),
    },
  };
}

/** Every scenario that all shapes were timed with, of each design. */
function figuresSection(runs: readonly ShapeRun[]): Section {
  const { results } = itemAt(runs, 0);
  return {
    id: 'scenarios',
    question: 'What does each kind of statement cost?',
    mark: 'plain',
    answer: 'What the check adds to a statement, or what a 21610 takes above another report.',
    body: html`${timedDesigns(results).map((design) =>
      tableHtml({
        caption: design.name,
        columns: [
          { heading: 'Scenario' },
          ...runs.map(({ name }) => ({ heading: name, numeric: true })),
        ],
        rows: design.scenarios
          .filter(({ control }) => control !== 'none' && control !== 'check off twice')
          .map(({ name, title }) => [
            title,
            ...runs.map((run) => ratioText(run.results, design.name, name)),
          ]),
      }),
    )}`,
  };
}

function ratioText(results: Results, designName: string, scenario: string): string {
  const design: DesignResult | undefined = timedDesigns(results).find(
    ({ name }) => name === designName,
  );
  const paired = pairedOf(design, scenario)?.paired;
  if (paired !== undefined) return formatChange(ratioOf(paired));
  return whyNoFigure(design?.scenarios.find(({ name }) => name === scenario));
}

function dataSection(runs: readonly ShapeRun[]): Section {
  return {
    id: 'data',
    question: 'What are the shapes?',
    mark: 'plain',
    answer:
      'Each is a file in seed/shape/shapes, made up to be far from the lab’s own data in one way. npm run describe makes one of your data.',
    body: tableHtml({
      caption: 'What each database held',
      columns: [
        { heading: 'Shape' },
        { heading: 'What it is' },
        { heading: 'Messages', numeric: true },
        { heading: 'Reports', numeric: true },
        { heading: 'Opt-outs', numeric: true },
        { heading: 'Blocked numbers', numeric: true },
      ],
      rows: runs.map(({ name, title, results: { dataSet } }) => [
        name,
        title,
        ...[dataSet.messages, dataSet.reports, dataSet.optOuts, dataSet.blockedContacts].map(
          formatCount,
        ),
      ]),
    }),
  };
}
