import { formatNs } from '../format.ts';
import { logTicks } from '../plot.ts';

/** A logarithmic axis of latencies in milliseconds: a tick at round numbers, each with its unit. */
export function msAxis(low: number, high: number, label: string) {
  return {
    type: 'log' as const,
    domain: [low, high],
    ticks: logTicks(low, high),
    tickFormat: (ms: number): string => formatNs(ms * 1e6).replace(/\.0+ /, ' '),
    label,
    grid: true,
  };
}
