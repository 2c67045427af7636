import type { IntervalReport } from './recorder.ts';

/**
 * Puts together what the workers say of a second. A second is over when every worker that still
 * runs has told of it or of a later one: a thread that the machine kept waiting skips seconds,
 * and what it did in them is then told with the next.
 */
export class Seconds {
  /** The last second that each running worker told of. */
  readonly #told: Map<number, number>;
  #waiting: IntervalReport[] = [];

  constructor(workers: Iterable<number>) {
    this.#told = new Map(Array.from(workers, (worker) => [worker, -1]));
  }

  /** Takes what a worker says; gives the seconds that are over with it, of which one is told, the last. */
  add(
    worker: number,
    report: IntervalReport,
  ): { readonly second: number; readonly reports: readonly IntervalReport[] } | undefined {
    this.#waiting.push(report);
    if (report.last) this.#told.delete(worker);
    else this.#told.set(worker, report.second);
    const over = Math.min(...this.#told.values());
    const ready = this.#waiting.filter(({ second }) => second <= over);
    if (ready.length === 0) return undefined;
    this.#waiting = this.#waiting.filter(({ second }) => second > over);
    return { second: Math.max(...ready.map(({ second }) => second)), reports: ready };
  }
}
