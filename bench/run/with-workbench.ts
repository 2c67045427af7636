import { closing } from '../../db/connection/closing.ts';
import type { Lab } from '../../db/lab.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { reserveForBench } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import type { Journal } from '../results/journal.ts';
import type { BenchOptions } from './options.ts';

/** What a workbench is made from. */
interface Run {
  readonly lab: Lab;
  readonly options: BenchOptions;
  /** Where what is timed goes, if through a pooler. */
  readonly poolerUrl: string | undefined;
  readonly journal: Journal;
  readonly progress: (what: string) => void;
}

/** Seeds one size unless it is there, and works on it in a session of its own; what the work made is removed. */
export async function withWorkbench<T>(
  { lab, options, poolerUrl, journal, progress }: Run,
  messages: number,
  work: (bench: Workbench, seedSeconds: number) => Promise<T>,
): Promise<T> {
  progress(`${messages} messages: seed`);
  const startedMs = performance.now();
  // the sizes of a sweep replace each other, the first only where that was allowed
  const replace = options.replace || messages !== (options.sweep[0] ?? messages);
  const dataSet = await ensureSeeded(lab, {
    messages,
    seed: options.seed,
    shape: options.shape,
    replace,
  });
  const seedSeconds = Math.round((performance.now() - startedMs) / 10) / 100;
  return closing(async (defer) => {
    const reservation = await reserveForBench(lab);
    defer((failure) => reservation.close(failure));
    const sinceBeginMs = Date.now() - journal.startedAt.getTime();
    const runStartedMs = performance.now() - sinceBeginMs;
    const { seed, method, blockedShare } = options;
    const { major } = lab;
    const made = { reservation, major, dataSet, runStartedMs, poolerUrl };
    return await work({ ...made, seed, method, blockedShare }, seedSeconds);
  });
}
