import { join } from 'node:path';
import { messageOf } from '../../../db/cli/errors.ts';
import { whatIsWrong } from '../../load/missed-objectives.ts';
import { pairsText, shareOfPgbench } from '../../load/pgbench/pgbench-goal.ts';
import { readLoad } from '../../load/results/read-load.ts';
import type { LoadResults, LoadTrial } from '../../load/results/results.ts';
import { tableHtml } from '../figure.ts';
import { counted, formatCount, inWords } from '../format.ts';
import { type Html, html } from '../html.ts';
import { folderLink, type Listed, listFolders } from '../listed-folders.ts';
import { type Mark, markHtml, type Section } from '../page.ts';
import { failoverMark, failoverVerdict } from './failover-text.ts';
import { pgbenchMark } from './pgbench-mark.ts';
import { rampTrials } from './ramp-trials.ts';
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
  const best =
    ramp !== undefined &&
    rampTrials(ramp, { trials }).find(({ rate }) => rate === ramp.highestRate);
  return best ? best.trial : trials[0];
}

/** As on the load's own page: what had to be kept was, and the server kept the rate. */
function findingMark(results: LoadResults): Mark {
  const { pgbench, ramps, failovers, trials } = results;
  if (pgbench !== undefined) return pgbenchMark(pgbench);
  if (whatIsWrong(results) !== undefined) return 'bad';
  if (ramps.length > 0) return 'good';
  if (failovers !== undefined) return failoverMark(failovers);
  return trials.some(({ limit, rate }) => limit.by === 'server' && rate !== 'max') ? 'bad' : 'good';
}

function finding({ ramps, pgbench, trials, failovers }: LoadResults): string {
  if (failovers !== undefined) return failoverVerdict(failovers, trials);
  if (ramps.length > 0) return ramps.map(rampFinding).join('; ');
  if (pgbench !== undefined) {
    return `${pairsText(pgbench)} of pgbench’s rate (goal: ${shareOfPgbench}), ${counted(pgbench.clients, 'client')}.`;
  }
  return trials
    .map(({ design, limit }) => (trials.length > 1 ? `${design}: ${limit.reason}` : limit.reason))
    .join('; ');
}

function rampFinding({ check, finding }: LoadResults['ramps'][number]): string {
  return check === 'off' ? `the check off: ${finding}` : finding;
}
