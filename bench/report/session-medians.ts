import type { Arm, ScenarioResult } from '../results/results.ts';
import { mean } from '../stats/mean.ts';

/** The medians of one arm, of each pair of sessions the mean of its slices'. Warm-up is left out. */
export function sessionMedians(scenario: ScenarioResult, arm: Arm): readonly number[] {
  const bySessions = new Map<number, number[]>();
  for (const slice of scenario.slices) {
    const own = slice[arm];
    if (slice.warmup || own === undefined) continue;
    bySessions.set(slice.sessions, [...(bySessions.get(slice.sessions) ?? []), own.medianNs]);
  }
  return [...bySessions.values()].map(mean);
}
