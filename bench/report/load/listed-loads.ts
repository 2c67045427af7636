import { join } from 'node:path';
import { messageOf } from '../../../db/cli/errors.ts';
import { pairsText, shareOfPgbench } from '../../load/pgbench/pgbench-goal.ts';
import { readLoad } from '../../load/results/read-load.ts';
import type { LoadResults, LoadTrial } from '../../load/results/results.ts';
import { tableHtml } from '../figure.ts';
import { counted, formatCount, inWords } from '../format.ts';
import { type Html, html } from '../html.ts';
import { folderLink, type Listed, listFolders } from '../listed-folders.ts';
import { type Mark, markHtml, type Section } from '../page.ts';
import { pgbenchMark } from './pgbench-mark.ts';
import { ms, trialName } from './words.ts';

/** The section that lists the loads in a folder, the newest first; none where there are none. */
export function loadsSection(folder: string): readonly Section[] {
  const loads = listFolders(folder, 'load.json', (name) => listedLoad(folder, name));
  if (loads.length === 0) return [];
  const wrong = loads.filter(({ wrong }) => wrong).map(({ name }) => name);
  return [
    {
      id: 'loads',
      question: 'Under load?',
      mark: wrong.length > 0 ? 'bad' : 'good',
      answer:
        wrong.length > 0
          ? `After ${inWords(wrong)} the database was not what was acknowledged.`
          : `${counted(loads.length, 'load')}, and after each the database held exactly what was acknowledged.`,
      body: tableHtml({
        caption: 'Every folder here that holds a load.json',
        columns: [
          { heading: 'Load' },
          { heading: 'Offered' },
          { heading: 'Done a second', numeric: true },
          { heading: 'Accepted sends: p50', numeric: true },
          { heading: 'p99', numeric: true },
          { heading: 'Finding' },
        ],
        rows: loads.map(({ cells }) => cells),
      }),
    },
  ];
}

interface ListedLoad extends Listed {
  readonly wrong: boolean;
  readonly cells: readonly (Html | string)[];
}

function listedLoad(folder: string, name: string): ListedLoad {
  const title = folderLink(folder, name);
  try {
    const results = readLoad(join(folder, name));
    const trial = tellingTrial(results);
    const wrong = results.trials.some(({ verification }) => !verification.ok);
    return {
      name,
      startedAt: results.startedAt,
      wrong,
      cells: [
        title,
        trial === undefined ? '' : trialName(trial),
        trial?.donePerSecond == null ? '' : formatCount(Math.round(trial.donePerSecond)),
        ms(trial?.latency.accepted.p50Ms ?? null),
        ms(trial?.latency.accepted.p99Ms ?? null),
        html`${markHtml(wrong ? 'bad' : findingMark(results))} ${finding(results)}`,
      ],
    };
  } catch (error) {
    const problem = html`<span class="soft">${messageOf(error)}</span>`;
    return { name, startedAt: '', wrong: false, cells: [title, '', '', '', '', problem] };
  }
}

/** Of a ramp the highest rate that kept its objective, else the first load. */
function tellingTrial({ trials, ramps }: LoadResults): LoadTrial | undefined {
  const [ramp] = ramps;
  return trials.find(({ rate }) => ramp !== undefined && rate === ramp.highestRate) ?? trials[0];
}

/** A load that is as it was acknowledged is good; a comparison must reach its goal, too. */
function findingMark({ pgbench }: LoadResults): Mark {
  return pgbench === undefined ? 'good' : pgbenchMark(pgbench);
}

function finding({ ramps, pgbench, trials }: LoadResults): string {
  if (ramps.length > 0) return ramps.map((ramp) => ramp.finding).join(' ');
  if (pgbench !== undefined) {
    return `${pairsText(pgbench)} of pgbench’s rate (goal: ${shareOfPgbench}), ${counted(pgbench.clients, 'client')}.`;
  }
  return trials
    .map(({ design, limit }) => (trials.length > 1 ? `${design}: ${limit.reason}` : limit.reason))
    .join('; ');
}
