import { join } from 'node:path';
import { messageOf } from '../../db/cli/errors.ts';
import { readResults } from '../results/read-results.ts';
import { serverName } from './environment-facts.ts';
import { tableHtml } from './figure.ts';
import { counted, dateText, formatCount } from './format.ts';
import { type Html, html } from './html.ts';
import { folderLink, type Listed, listFolders } from './listed-folders.ts';
import { loadsSection } from './load/listed-loads.ts';
import { markHtml, pageHtml } from './page.ts';
import { defaultDesign, timedDesigns } from './questions.ts';
import { instantAnswer } from './sections/instant.ts';

interface ListedRun extends Listed {
  readonly cells: readonly (Html | string)[];
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
        answer: `What ${defaultDesign} costs in each, in a sentence.`,
        body: tableHtml({
          caption: 'Every folder here that holds a results.json',
          columns: [
            { heading: 'Run' },
            { heading: 'Started' },
            { heading: 'Messages', numeric: true },
            { heading: 'Designs timed', numeric: true },
            { heading: 'PostgreSQL' },
            { heading: 'Is it instant?' },
          ],
          rows: runs.map((run) => run.cells),
        }),
      },
      ...loadsSection(reportsFolder),
    ],
  });
}

function listedRun(reportsFolder: string, name: string): ListedRun {
  const title = folderLink(reportsFolder, name);
  try {
    const results = readResults(join(reportsFolder, name));
    const { mark, answer } = instantAnswer(results);
    return {
      name,
      startedAt: results.startedAt,
      cells: [
        title,
        dateText(results.startedAt),
        formatCount(results.dataSet.messages),
        String(timedDesigns(results).length),
        serverName(results).replace('PostgreSQL ', ''),
        html`${markHtml(mark)} ${answer}`,
      ],
    };
  } catch (error) {
    return {
      name,
      startedAt: '',
      cells: [title, '', '', '', '', html`<span class="soft">${messageOf(error)}</span>`],
    };
  }
}
