import type { LoadTrial } from '../../load/results/results.ts';
import { tableHtml } from '../figure.ts';
import type { Section } from '../page.ts';
import { answersPerSecond, ms } from './words.ts';

/** Several designs, or one with its check on and off, under the same load, one after another. */
export function designsSection(trials: readonly LoadTrial[]): Section {
  const sorted = [...trials].sort(
    (a, b) => (a.latency.all.p99Ms ?? Infinity) - (b.latency.all.p99Ms ?? Infinity),
  );
  const [quickest, slowest] = [sorted[0], sorted.at(-1)];
  const several = trials.some(({ design }) => design !== quickest?.design);
  return {
    id: 'designs',
    question: several ? 'How do the designs compare?' : 'With the check and without?',
    mark: 'plain',
    answer:
      quickest === undefined || slowest === undefined
        ? 'Nothing was loaded.'
        : `99 % were answered in ${ms(quickest.latency.all.p99Ms)} with ${nameOf(quickest)} and in ${ms(slowest.latency.all.p99Ms)} with ${nameOf(slowest)}. They ran one after another, so a machine that drifted counts as a difference.`,
    body: tableHtml({
      caption: 'The same load on each, the lowest p99 first',
      columns: [
        { heading: 'design' },
        ...['answers/s', 'p50', 'p99', 'max', 'p50 of sends', 'p50 of 21610s'].map((heading) => ({
          heading,
          numeric: true,
        })),
        { heading: 'limit' },
      ],
      rows: sorted.map(({ design, check, donePerSecond, latency, limit }) => [
        nameOf({ design, check }),
        answersPerSecond({ donePerSecond }),
        ms(latency.all.p50Ms),
        ms(latency.all.p99Ms),
        ms(latency.all.maxMs),
        ms(latency.accepted.p50Ms),
        ms(latency.optedOut.p50Ms),
        limit.by,
      ]),
    }),
  };
}

function nameOf({
  design,
  check,
}: Pick<LoadTrial, 'design'> & { readonly check?: LoadTrial['check'] | undefined }): string {
  return check === 'off' ? `${design}, its check off` : design;
}
