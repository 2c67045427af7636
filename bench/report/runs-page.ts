import { dirname, join, resolve } from 'node:path';
import { messageOf } from '../../db/cli/errors.ts';
import { writeTextFile } from '../../db/cli/output-path.ts';
import { readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';
import { isPartOfRun } from '../results/run-folder.ts';
import { serverName } from './environment-facts.ts';
import {
  counted,
  dateText,
  formatNs,
  formatNsInterval,
  formatRatioInterval,
  formatSignedNsInterval,
  shortCount,
} from './format.ts';
import { historySection } from './history.ts';
import { html } from './html.ts';
import { folderLink, type Listed, listFolders } from './listed-folders.ts';
import { loadsSection } from './load/listed-loads.ts';
import { markHtml, pageHtml } from './page.ts';
import {
  defaultDesign,
  differenceOf,
  leadDesign,
  type PairedScenario,
  pairedOf,
  questionsOf,
  ratioOf,
  timedDesigns,
} from './questions.ts';
import { rolloutsSection } from './rollout/listed-rollouts.ts';
import { instantAnswer, slowestOfHundred } from './sections/instant.ts';
import { type SortableCell, type SortableColumn, sortableHtml } from './sortable-table.ts';

interface ListedRun extends Listed {
  /** Undefined where they cannot be read. */
  readonly results: Results | undefined;
  readonly cells: readonly SortableCell[];
}

const columns: readonly SortableColumn[] = [
  { key: 'run', heading: 'Run' },
  { key: 'started', heading: 'Started, UTC' },
  { key: 'messages', heading: 'Messages', numeric: true },
  { key: 'designs', heading: 'Designs', numeric: true },
  { key: 'one-row', heading: 'One row', numeric: true },
  { key: 'added', heading: 'Added', numeric: true },
  { key: 'bulk', heading: 'Bulk', numeric: true },
  { key: 'instant', heading: 'Slowest of 100: is it instant?' },
  { key: 'environment', heading: 'Environment' },
];

/** Lists a run of any kind in the page of the folder above it, unless that is a run itself, which has its own page. */
export function listInFolderAbove(runFolder: string): void {
  if (isPartOfRun(runFolder)) return;
  const above = dirname(resolve(runFolder));
  writeTextFile(join(above, 'index.html'), runsPage(above));
}

/** The page that lists the runs and loads in a folder, the newest first; one that cannot be read says why. */
export function runsPage(reportsFolder: string): string {
  const runs = listFolders(reportsFolder, 'results.json', (name) => listedRun(reportsFolder, name));
  return pageHtml({
    title: 'The lab’s runs',
    subtitle: `${counted(runs.length, 'run')}, the newest first. Two of them side by side: npm run compare -- RUN RUN`,
    sections: [
      {
        id: 'runs',
        question: 'Runs',
        mark: 'plain',
        answer: `What ${defaultDesign}, or else the first design of a run, costs in each.`,
        body: sortableHtml({
          id: 'all-runs',
          caption:
            'Time with the check over time without it, and what it adds to a row, each with its 95 % interval; a heading sorts by its column.',
          columns,
          rows: runs.map((run) => run.cells),
        }),
      },
      ...historySection(runs.flatMap(({ results }) => results ?? [])),
      ...loadsSection(reportsFolder),
      ...rolloutsSection(reportsFolder),
    ],
  });
}

function listedRun(reportsFolder: string, name: string): ListedRun {
  const title: SortableCell = { shown: folderLink(reportsFolder, name), value: name };
  try {
    const results = readResults(join(reportsFolder, name));
    return { name, results, startedAt: results.startedAt, cells: [title, ...runCells(results)] };
  } catch (error) {
    const reason = html`<span class="soft">${messageOf(error)}</span>`;
    const empty: SortableCell = { shown: '', value: undefined };
    const cells = columns
      .slice(1)
      .map(({ key }) => (key === 'instant' ? { ...empty, shown: reason } : empty));
    return { name, results: undefined, startedAt: '', cells: [title, ...cells] };
  }
}

function runCells(results: Results): readonly SortableCell[] {
  const lead = leadDesign(results);
  const questions = questionsOf(results);
  const one = pairedOf(lead, questions.oneRow ?? questions.oneRowNotDurable);
  const { mark } = instantAnswer(results);
  const tail = slowestOfHundred(results);
  const timed = timedDesigns(results).length;
  return [
    {
      shown: html`<span class="line">${dateText(results.startedAt).replace(' UTC', '')}</span>`,
      value: results.startedAt,
    },
    { shown: shortCount(results.dataSet.messages), value: results.dataSet.messages },
    { shown: String(timed), value: timed },
    ratioCell(one),
    one === undefined
      ? { shown: '–', value: undefined }
      : { shown: formatNsInterval(differenceOf(one.paired)), value: one.paired.differenceNsPerRow },
    ratioCell(pairedOf(lead, questions.bulk)),
    {
      shown: html`${markHtml(mark)} ${tail === undefined ? 'not known' : formatSignedNsInterval(tail)}`,
      value: tail?.value,
    },
    { shown: environmentText(results), value: environmentText(results) },
  ];
}

function ratioCell(scenario: PairedScenario | undefined): SortableCell {
  if (scenario === undefined) return { shown: '–', value: undefined };
  const [ratio, bounds] = formatRatioInterval(ratioOf(scenario.paired)).split(' (');
  return { shown: html`${ratio} <small>(${bounds}</small>`, value: scenario.paired.ratio };
}

/** `PostgreSQL 18.4, 2 processors, fsync 52.1 µs`. */
function environmentText(results: Results): string {
  const { cpus, disk } = results.environment.machine;
  return [
    serverName(results),
    counted(cpus, 'processor'),
    ...(disk?.fsyncNs === undefined ? [] : [`fsync ${formatNs(disk.fsyncNs)}`]),
  ].join(', ');
}
