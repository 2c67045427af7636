import { formatCount, formatNs } from '../report/format.ts';
import { markdownTable } from '../report/text-table.ts';
import type { ThresholdResults } from '../threshold/results.ts';

/** Each change of the threshold, and what was sent meanwhile. */
export function thresholdTable(results: ThresholdResults | undefined): string {
  if (results === undefined) return 'Not measured.\n';
  const ns = (value: number | null): string => (value === null ? '' : formatNs(value));
  return markdownTable(
    [
      { heading: 'change' },
      { heading: 'time', align: 'right' },
      { heading: 'blocked', align: 'right' },
      { heading: 'unblocked', align: 'right' },
      { heading: 'sends meanwhile, p50', align: 'right' },
      { heading: 'the slowest', align: 'right' },
      { heading: 'to a blocked number' },
    ],
    results.steps.map(({ from, to, seconds, blocked, unblocked, sends, probes }) => [
      `${from} → ${to}`,
      formatNs(seconds * 1e9),
      formatCount(blocked),
      formatCount(unblocked),
      ns(sends.percentiles.p50),
      ns(sends.percentiles.max),
      `${formatCount(probes.refused)} of ${formatCount(probes.refused + probes.accepted)} refused`,
    ]),
  );
}
