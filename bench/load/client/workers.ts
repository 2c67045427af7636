import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { UserError } from '../../../db/cli/errors.ts';
import type { IntervalReport } from '../record/recorder.ts';
import { startThread } from './thread.ts';
import type { WorkerMessage, WorkerOrder, WorkerResult } from './worker.ts';
import type { WorkerOptions } from './worker-options.ts';

/** The threads that carry a load. */
export class Workers {
  readonly #threads: readonly Worker[];
  readonly #results: Promise<readonly WorkerResult[]>;
  readonly #ready: Promise<unknown>;

  constructor(
    plans: readonly WorkerOptions[],
    onReport: (worker: number, report: IntervalReport) => void,
  ) {
    this.#threads = plans.map((plan) => startThread(new URL('./worker.ts', import.meta.url), plan));
    const states = this.#threads.map((thread, worker) =>
      follow(thread, (report) => onReport(worker, report)),
    );
    this.#ready = Promise.all(states.map(({ ready }) => ready));
    this.#results = Promise.all(states.map(({ finished }) => finished));
    this.#results.catch(() => {}); // awaited later
  }

  /** Waits until all connections are open. Throws what the first worker that failed says. */
  async ready(): Promise<void> {
    try {
      await this.#ready;
    } catch (error) {
      await this.terminate();
      throw error;
    }
  }

  /** Starts all at one time, of the clock that all threads share. */
  start(startMs: number): void {
    this.#tell({ kind: 'start', startMs });
  }

  /** Ends the arrivals now; what is under way is still answered. */
  stop(): void {
    this.#tell({ kind: 'stop' });
  }

  /** What each did, when all are done. */
  finished(): Promise<readonly WorkerResult[]> {
    return this.#results;
  }

  /** Ends the threads without waiting for answers. */
  async terminate(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }

  #tell(order: WorkerOrder): void {
    for (const thread of this.#threads) thread.postMessage(order);
  }
}

function follow(
  thread: Worker,
  onReport: (report: IntervalReport) => void,
): { readonly ready: Promise<void>; readonly finished: Promise<WorkerResult> } {
  const failed = once(thread, 'exit').then(() => {
    throw new Error('a worker of the load generator ended unexpectedly');
  });
  failed.catch(() => {}); // raced below
  const said = new Promise<never>((_, reject) => thread.on('error', reject));
  said.catch(() => {});
  let becomeReady: () => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const isReady = new Promise<void>((resolve, reject) => {
    becomeReady = resolve;
    refuse = reject;
  });
  const isFinished = new Promise<WorkerResult>((resolve, reject) => {
    thread.on('message', (message: WorkerMessage) => {
      if (message.kind === 'ready') becomeReady();
      else if (message.kind === 'report') onReport(message.report);
      else if (message.kind === 'finished') resolve(message.result);
      else {
        const { reason, isUserError } = message;
        const error = isUserError ? new UserError(reason) : new Error(reason);
        refuse(error);
        reject(error);
      }
    });
  });
  isReady.catch(() => {});
  isFinished.catch(() => {});
  return {
    ready: Promise.race([isReady, failed, said]),
    finished: Promise.race([isFinished, failed, said]),
  };
}
