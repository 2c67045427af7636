import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeTextFile } from '../../db/cli/output-path.ts';
import { readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';
import { figureImage } from './figure-image.ts';
import { countedOf } from './instruction-tables.ts';
import { instructionsCsv } from './instructions-csv.ts';
import { viewedPlans, writePlanFiles } from './plan-viewer.ts';
import { mainQuestions } from './questions.ts';
import { resultsCsv } from './results-csv.ts';
import { runPage } from './run-page.ts';
import { listInFolderAbove } from './runs-page.ts';
import { costFigure } from './sections/cost-against-rows.ts';
import { overheadFigure } from './sections/overhead.ts';
import { scalingFigure } from './sections/scaling.ts';
import { summaryMarkdown } from './summary-markdown.ts';

/** What was written, and what it was made from. */
export interface WrittenReport {
  readonly results: Results;
  readonly pagePath: string;
}

/**
 * Makes index.html, summary.md, results.csv, charts/*.svg, plans/plans.js and, where instructions were counted,
 * instructions.csv of a run from its results.json and plans, and lists it in the index.html of the folder above,
 * unless that is a run itself; there plan-viewer.js too, for all runs. Needs no database.
 *
 * @throws UserError where the results cannot be read, or a file cannot be written.
 */
export function writeReport(runFolder: string): WrittenReport {
  const folder = resolve(runFolder);
  const results = readResults(folder);
  const pagePath = join(folder, 'index.html');
  const plans = viewedPlans(results, folder);
  writeTextFile(pagePath, runPage(results, folder, plans));
  writePlanFiles(plans, folder);
  writeTextFile(join(folder, 'summary.md'), summaryMarkdown(results));
  writeTextFile(join(folder, 'results.csv'), resultsCsv(results));
  const counted = countedOf(results);
  const countsFile = join(folder, 'instructions.csv');
  if (counted === undefined) rmSync(countsFile, { force: true });
  else writeTextFile(countsFile, instructionsCsv(counted));
  writeCharts(results, join(folder, 'charts'));
  listInFolderAbove(folder);
  return { results, pagePath };
}

/** The main charts as images: cost against rows, and the overhead by design for each main question. */
function writeCharts(results: Results, folder: string): void {
  const charts = [
    ...scalingFigure(results).map((figure) => ({ name: 'lookup-scaling', figure })),
    ...costFigure(results).map((figure) => ({ name: 'cost-against-rows', figure })),
    ...mainQuestions(results).flatMap(({ heading, scenario }) =>
      overheadFigure(results, scenario).map((figure) => ({
        name: `overhead-${heading.replace(' ', '-')}`,
        figure,
      })),
    ),
  ];
  rmSync(folder, { recursive: true, force: true });
  if (charts.length > 0) mkdirSync(folder);
  for (const { name, figure } of charts) {
    writeTextFile(join(folder, `${name}.svg`), figureImage(figure));
  }
}
