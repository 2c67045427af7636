import { performance } from 'node:perf_hooks';
import type { Engine } from '../client/engine.ts';
import type { IntervalReport, Recorder } from './recorder.ts';

/** Tells of each second of a run when it ends, by the clock that all workers share. */
export class IntervalReporter {
  readonly #startMs: number;
  readonly #recorder: Recorder;
  readonly #engine: Pick<Engine, 'behindMs' | 'offered'>;
  readonly #now: () => number;
  readonly #tell: (report: IntervalReport) => void;
  #timer: NodeJS.Timeout | undefined;
  #offered = 0;
  /** The second that has not been told yet. */
  #second = 0;
  #utilisation = performance.eventLoopUtilization();

  constructor(
    startMs: number,
    recorder: Recorder,
    engine: Pick<Engine, 'behindMs' | 'offered'>,
    now: () => number,
    tell: (report: IntervalReport) => void,
  ) {
    this.#startMs = startMs;
    this.#recorder = recorder;
    this.#engine = engine;
    this.#now = now;
    this.#tell = tell;
    this.#waitForSecond(1);
  }

  /** Tells of what has not been told: where that is more than the present second, of the one before it. */
  end(): void {
    clearTimeout(this.#timer);
    this.#take(Math.max(this.#second, this.#secondAt(this.#now()) - 1), true);
  }

  /** Waits for the end of the second before this one; a thread that was kept from it skips those that passed. */
  #waitForSecond(next: number): void {
    const dueMs = this.#startMs + next * 1000;
    const waitMs = Math.max(0, dueMs - this.#now()); // newer Nodes warn of a timer in the past
    this.#timer = setTimeout(() => {
      const nowMs = this.#now();
      if (nowMs < dueMs) return this.#waitForSecond(next); // a timer of Node's may be early
      const second = this.#secondAt(nowMs);
      this.#take(second - 1, false);
      this.#second = second;
      this.#waitForSecond(second + 1);
    }, waitMs);
  }

  #secondAt(ms: number): number {
    return Math.floor((ms - this.#startMs) / 1000);
  }

  #take(second: number, last: boolean): void {
    const utilisation = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(utilisation, this.#utilisation);
    this.#utilisation = utilisation;
    const offered = this.#engine.offered();
    this.#tell(
      this.#recorder.takeReport({
        second,
        last,
        offered: offered - this.#offered,
        behindMs: this.#engine.behindMs(),
        utilisation: utilization,
      }),
    );
    this.#offered = offered;
  }
}
