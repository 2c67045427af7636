import { LatencyBins } from '../stats/latency-bins.ts';
import type { Second } from './options/trial-options.ts';

type Report = Second['reports'][number];

/** What the workers said of a second, taken together: their latencies, and the sum of any count. */
export function togetherOf({ reports }: Pick<Second, 'reports'>): {
  readonly bins: LatencyBins;
  readonly sum: (of: (report: Report) => number) => number;
} {
  const bins = new LatencyBins();
  for (const { ended, endedMaxMs } of reports) bins.add(ended, endedMaxMs);
  return { bins, sum: (of) => reports.reduce((total, report) => total + of(report), 0) };
}
