import type { Latency, LoadTrial } from '../../load/results/results.ts';
import { tableHtml } from '../figure.ts';
import { formatCount } from '../format.ts';
import type { Html } from '../html.ts';
import type { Section } from '../page.ts';
import { errorsTable } from './errors-table.ts';
import { latencyTimelineFigure } from './latency-figure.ts';
import { rateFigure } from './rate-figure.ts';
import { serverTables } from './server-tables.ts';
import { waitFigure } from './wait-figure.ts';
import { answersPerSecond, captionOf, ms, trialName } from './words.ts';

/** One load: what a caller waits, and why. How its charts are read stands in the first of a page. */
export function trialSection(
  trial: LoadTrial,
  index: number,
  errors: 'here' | 'told of all together' = 'here',
): Section {
  const { p50Ms, p99Ms, maxMs } = trial.latency.all;
  const kept = trial.limit.by === 'none';
  const from = trial.loop === 'open' ? 'from the intended start' : 'in a closed loop';
  const id = `load-${index + 1}`;
  const explained = index === 0;
  return {
    id,
    question: `What does a caller wait, ${trialName(trial)}?`,
    mark:
      trial.objective?.kept === false
        ? 'bad'
        : trial.limit.by === 'generator'
          ? 'open'
          : kept || trial.rate === 'max'
            ? 'good'
            : 'bad',
    answer: `Half are answered in ${ms(p50Ms)} ${from}, ${p99Ms === null ? 'too few to tell of 99 %' : `99 % in ${ms(p99Ms)}`}, all in ${ms(maxMs)}; ${answersPerSecond(trial)} answers a second; ${trial.limit.reason}.${objectiveText(trial)}`,
    body: [
      latencyTimelineFigure(trial, id, explained),
      latencyTable(trial, explained),
      rateFigure(trial, id, explained),
      waitFigure(trial, id, explained),
      errors === 'here' ? errorsTable([trial], trialName(trial), explained) : '',
      serverTables(trial, explained),
    ],
  };
}

function objectiveText({ objective }: LoadTrial): string {
  if (objective === undefined) return '';
  return ` ${objective.text} was ${objective.kept ? '' : 'not '}kept: ${objective.reason}.`;
}

function latencyTable(trial: LoadTrial, explained: boolean): Html {
  const row = (name: string, latency: Latency): string[] => [
    name,
    formatCount(latency.samples),
    ...[
      latency.p50Ms,
      latency.p90Ms,
      latency.p99Ms,
      latency.p999Ms,
      latency.p9999Ms,
      latency.maxMs,
    ].map(ms),
  ];
  return tableHtml({
    ...captionOf(
      `Latency ${trial.loop === 'open' ? 'from the intended start (open loop)' : 'from the start (closed loop)'}; – where there are too few answers`,
      trial,
      explained,
    ),
    columns: [
      { heading: 'operation' },
      ...['answers', 'p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max'].map((heading) => ({
        heading,
        numeric: true,
      })),
    ],
    rows: [
      row('all', trial.latency.all),
      row('sends accepted', trial.latency.accepted),
      row('sends refused', trial.latency.refused),
      row('reports, delivered or 30007', trial.latency.report),
      row('reports with 21610', trial.latency.optedOut),
      row('the generator’s own late starts', trial.lateness),
    ],
  });
}
