import type { LoadTrial } from '../results/results.ts';

/** The load's sessions seen at work, by what they waited for, summed over all samples; the most first. */
export function sessionsByWait(
  trial: Pick<LoadTrial, 'intervals'>,
): readonly { readonly wait: string; readonly sessions: number }[] {
  const sums = new Map<string, number>();
  for (const { server } of trial.intervals) {
    for (const [wait, sessions] of Object.entries(server.waits)) {
      sums.set(wait, (sums.get(wait) ?? 0) + sessions);
    }
  }
  return [...sums]
    .map(([wait, sessions]) => ({ wait, sessions }))
    .sort((a, b) => b.sessions - a.sessions);
}

/** The same as shares of all sessions seen at work. */
export function waitShares(
  trial: Pick<LoadTrial, 'intervals'>,
): readonly { readonly wait: string; readonly share: number }[] {
  const waits = sessionsByWait(trial);
  const total = waits.reduce((sum, { sessions }) => sum + sessions, 0);
  return waits.map(({ wait, sessions }) => ({ wait, share: sessions / total }));
}
