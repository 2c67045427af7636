import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atOnce, byFiles, longestMs } from '../../rollout/longest.ts';
import type { RolloutResults, RolloutStage } from '../../rollout/results.ts';
import { tableHtml } from '../figure.ts';
import { counted, formatCount, formatNs } from '../format.ts';
import { type Html, html } from '../html.ts';
import { folderLink, type Listed, listFolders } from '../listed-folders.ts';
import { markHtml, type Section } from '../page.ts';

interface ListedRollout extends Listed {
  readonly right: boolean;
  readonly cells: readonly (Html | string)[];
}

/** The section that lists the rollouts in a folder, the newest first; none where there are none. */
export function rolloutsSection(folder: string): readonly Section[] {
  const rollouts = listFolders(folder, 'rollout.json', (name) => listedRollout(folder, name));
  if (rollouts.length === 0) return [];
  const right = rollouts.every((one) => one.right);
  return [
    {
      id: 'rollouts',
      question: 'Into a database in use?',
      mark: right ? 'good' : 'bad',
      answer: right
        ? `${counted(rollouts.length, 'rollout')}, each right at every switch.`
        : 'Not every rollout was right at every switch.',
      body: tableHtml({
        caption: 'Every folder here that holds a rollout.json',
        columns: [
          { heading: 'Rollout' },
          { heading: 'Messages', numeric: true },
          { heading: 'Longest operation: by the files', numeric: true },
          { heading: 'all at once', numeric: true },
          { heading: 'Right' },
        ],
        rows: rollouts.map(({ cells }) => cells),
      }),
    },
  ];
}

function listedRollout(folder: string, name: string): ListedRollout {
  const file = join(folder, name, 'rollout.json');
  const results: RolloutResults = JSON.parse(readFileSync(file, 'utf8'));
  const naive = atOnce(results.stages);
  const longest = (stages: readonly RolloutStage[]): string => formatNs(longestMs(stages) * 1e6);
  const right = results.checks.every(({ ok }) => ok);
  return {
    name,
    startedAt: results.startedAt,
    right,
    cells: [
      folderLink(folder, name),
      formatCount(results.messages),
      longest(byFiles(results.stages)),
      longest(naive === undefined ? [] : [naive]),
      html`${markHtml(right ? 'good' : 'bad')}`,
    ],
  };
}
