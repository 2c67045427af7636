import type { Latency, LoadLeg } from '../../load/results.ts';
import { tableHtml } from '../figure.ts';
import { formatCount } from '../format.ts';
import type { Html } from '../html.ts';
import type { Section } from '../page.ts';
import { latencyFigure } from './latency-figure.ts';
import { rateFigure } from './rate-figure.ts';
import { serverTables } from './server-tables.ts';
import { waitFigure } from './wait-figure.ts';
import { legName, ms, sentence } from './words.ts';

/** One load: what a caller waits, and why. */
export function legSection(leg: LoadLeg, index: number): Section {
  const { p50Ms, p99Ms, maxMs } = leg.latency.all;
  const kept = leg.limit.by === 'none';
  const from = leg.loop === 'open' ? 'from the intended start' : 'in a closed loop';
  return {
    id: `load-${index + 1}`,
    question: `What does a caller wait? ${legName(leg)}`,
    mark: leg.limit.by === 'generator' ? 'open' : kept || leg.rate === 'max' ? 'good' : 'bad',
    answer: `Half are answered in ${ms(p50Ms)} ${from}, 99 % in ${ms(p99Ms)}, all in ${ms(maxMs)}; ${formatCount(leg.donePerSecond)} answers a second. ${sentence(leg.limit.reason)}`,
    body: [
      latencyFigure(leg),
      latencyTable(leg),
      rateFigure(leg),
      waitFigure(leg),
      serverTables(leg),
    ],
  };
}

function latencyTable(leg: LoadLeg): Html {
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
    caption: `Latency ${leg.loop === 'open' ? 'from the intended start (open loop)' : 'from the start (closed loop)'}; – where there are too few answers`,
    columns: [
      { heading: 'operation' },
      ...['answers', 'p50', 'p90', 'p99', 'p99.9', 'p99.99', 'max'].map((heading) => ({
        heading,
        numeric: true,
      })),
    ],
    rows: [
      row('all', leg.latency.all),
      row('sends accepted', leg.latency.accepted),
      row('sends refused', leg.latency.refused),
      row('reports, delivered or 30007', leg.latency.report),
      row('reports with 21610', leg.latency.optedOut),
      row('the generator’s own late starts', leg.lateness),
    ],
  });
}
