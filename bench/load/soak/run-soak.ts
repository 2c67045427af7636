import type { Knowledge, TrialOptions } from '../options/trial-options.ts';
import type { LoadReservation } from '../reservation.ts';
import type { LoadTrial } from '../results/results.ts';
import type { SoakEvent } from '../results/soak-results.ts';
import { runTrial } from '../run-trial.ts';
import { disturb, disturbancesOf } from './disturbances.ts';
import { growthOf, memoryOf, warmUpS } from './growth.ts';
import { Sampling, sampleEveryS } from './sampling.ts';

/**
 * A load for hours, with what a server meets in its life beside it, while sizes and memory are kept. All of
 * it has ended, and the threshold and the design are what they were, when the database is verified.
 *
 * @param serverPid the server's first process, where it is on this machine
 */
export async function runSoak(
  options: TrialOptions,
  reservation: LoadReservation,
  serverPid: () => number | undefined,
): Promise<LoadTrial> {
  const { url, design, durationMs, signal } = options;
  const durationS = durationMs / 1000;
  const everyS = sampleEveryS(durationS);
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal?.addEventListener('abort', stop, { once: true });
  const wrong: string[] = [];
  let knowledge: Knowledge | undefined;
  let sampling: Sampling | undefined;
  let disturbing: Promise<readonly SoakEvent[]> | undefined;
  try {
    const trial = await runTrial({
      ...options,
      onKnowledge(shared) {
        knowledge = shared;
      },
      onStart(startMs) {
        if (knowledge === undefined) throw new Error('a load begins with what it knows');
        const differ = (line: string): unknown => wrong.push(line);
        const soaked = { ...knowledge, url, reservation, design, differ };
        sampling = new Sampling(url, serverPid, startMs, everyS);
        disturbing = disturb(disturbancesOf(soaked), startMs, durationMs, over.signal);
        disturbing.catch(() => {}); // awaited before the verification
      },
      async beforeVerifying() {
        stop();
        await sampling?.end();
        await disturbing;
      },
    });
    const { samples = [] } = sampling ?? {};
    const { verification } = trial;
    return {
      ...trial,
      verification: {
        ...verification,
        ok: verification.ok && wrong.length === 0,
        differences: [...verification.differences, ...wrong],
      },
      soak: {
        everyS,
        warmUpS: warmUpS(durationS),
        events: (await disturbing) ?? [],
        samples,
        growth: growthOf(trial, samples),
        ...memoryOf(samples, durationS),
      },
    };
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    await sampling?.end();
    await disturbing?.catch(() => {});
  }
}
