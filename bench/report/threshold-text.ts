import type { ThresholdResults } from '../threshold/results.ts';
import { formatCount, formatNs } from './format.ts';
import { textTable } from './text-table.ts';

/** The changes as a table for a terminal, at most 80 columns wide. */
export function thresholdText(results: ThresholdResults): string {
  const percentile = (ns: number | null): string => (ns === null ? '-' : formatNs(ns));
  const table = textTable(
    [
      { heading: 'change' },
      { heading: 'time', align: 'right' },
      { heading: 'blocked', align: 'right' },
      { heading: 'unblocked', align: 'right' },
      { heading: 'sends', align: 'right' },
      { heading: 'p50', align: 'right' },
      { heading: 'max', align: 'right' },
      { heading: 'refused', align: 'right' },
    ],
    results.steps.map((step) => [
      `${step.from} → ${step.to}`,
      formatNs(step.seconds * 1e9),
      formatCount(step.blocked),
      formatCount(step.unblocked),
      formatCount(step.sends.accepted),
      percentile(step.sends.percentiles.p50),
      percentile(step.sends.percentiles.max),
      `${formatCount(step.probes.refused)} of ${formatCount(step.probes.refused + step.probes.accepted)}`,
    ]),
  );
  return [
    `\nThreshold changed in one transaction each, ${formatCount(results.optOuts)} opt-outs (scale ${results.scale}), while messages were sent\n\n`,
    table,
    '\n  sends: to a number nobody opted out of; refused: attempts to one that stays blocked\n',
  ].join('');
}
