import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../../db/cli/errors.ts';
import type { ServerError } from '../../protocol/messages.ts';
import { Draws } from '../../stats/random.ts';
import { IntervalReporter } from '../record/interval-reporter.ts';
import { OutcomeWriter } from '../record/outcome-log.ts';
import { type IntervalReport, Recorder, type WorkerTotals } from '../record/recorder.ts';
import type { WrongAnswer } from '../results/results.ts';
import { Application } from '../workload/application.ts';
import { type Arrivals, Schedule, TraceSchedule } from '../workload/arrivals.ts';
import { reportsPerSend } from '../workload/mix.ts';
import { TracePart } from '../workload/trace.ts';
import { clockMs } from './clock.ts';
import { openConnection, reopenConnection } from './connections.ts';
import { Engine } from './engine.ts';
import { startPreciseTimer } from './precise-timer.ts';
import type { WorkerOptions } from './worker-options.ts';

/** What the main thread tells a worker. */
export type WorkerOrder =
  | { readonly kind: 'start'; readonly startMs: number }
  | { readonly kind: 'stop' };

/** What a worker tells the main thread. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'cannot start'; readonly reason: string; readonly isUserError: boolean }
  | { readonly kind: 'report'; readonly report: IntervalReport }
  | { readonly kind: 'finished'; readonly result: WorkerResult };

/** What a worker did. */
export interface WorkerResult {
  readonly totals: WorkerTotals;
  readonly made: { readonly messages: number; readonly reports: number };
  /** Operations that were due and never started. */
  readonly unserved: number;
  readonly wrongAnswers: number;
  readonly wrongExamples: readonly WrongAnswer[];
}

const port = parentPort;
if (port === null) throw new Error('this module is a thread of the load generator');
const tell = (message: WorkerMessage): void => port.postMessage(message);

/** Sends a second that leave the planned share of the rate to their reports. */
function sendsPerSecond(plan: WorkerOptions): number {
  return plan.rate === 'max' ? 0 : plan.rate / (1 + reportsPerSend(plan.mix));
}

function scheduleOf(plan: WorkerOptions, startMs: number, endMs: number): Arrivals | undefined {
  if (plan.trace !== undefined) {
    return new TraceSchedule(new TracePart(plan.trace, plan.worker, plan.workers), startMs, endMs);
  }
  if (plan.rate === 'max') return undefined;
  const { arrivals, burst } = plan.mix;
  if (arrivals === 'trace') throw new Error('a replay needs a trace');
  return new Schedule({
    kind: arrivals,
    ratePerSecond: sendsPerSecond(plan),
    startMs,
    endMs,
    part: plan.worker,
    parts: plan.workers,
    draws: new Draws(plan.seed, `arrivals ${plan.worker}`),
    burst,
  });
}

async function main(plan: WorkerOptions): Promise<void> {
  const timer = await startPreciseTimer();
  let recorder: Recorder | undefined;
  const tellFailure = (error: ServerError): void => recorder?.error(error, 'connecting');
  const sessions = await Promise.all(
    Array.from({ length: plan.clients }, () => openConnection(plan, tellFailure)),
  );
  const application = new Application(plan);
  const messages = new OutcomeWriter(plan.messageOutcomes);
  const reports = new OutcomeWriter(plan.reportOutcomes);
  const started = new Promise<number>((resolve) => {
    port?.on('message', (order: WorkerOrder) => {
      if (order.kind === 'start') resolve(order.startMs);
      else engine?.stop();
    });
  });
  let engine: Engine | undefined;
  tell({ kind: 'ready' });
  const startMs = await started;
  const endMs = startMs + plan.durationMs;
  recorder = new Recorder(startMs);
  const schedule = scheduleOf(plan, startMs, endMs);
  const running = new Engine(
    {
      application,
      schedule,
      recorder,
      messages,
      reports,
      startMs,
      endMs,
      drainMs: plan.drainMs,
      now: clockMs,
      isCluster: plan.isCluster,
      reopen: (abandoned) => reopenConnection(plan, abandoned, tellFailure),
    },
    sessions,
    (wake) => timer.onWake(wake),
  );
  engine = running;
  const reporter = new IntervalReporter(startMs, recorder, running, clockMs, (said) =>
    tell({ kind: 'report', report: said }),
  );
  await running.run();
  reporter.end();
  messages.close();
  reports.close();
  await timer.close();
  tell({
    kind: 'finished',
    result: {
      totals: recorder.totals(),
      made: application.made,
      unserved: running.unserved(),
      wrongAnswers: application.wrongAnswers,
      wrongExamples: application.wrongExamples,
    },
  });
  port?.close();
}

main(workerData as WorkerOptions).catch((error: unknown) => {
  const isUserError = error instanceof Error && error.name === 'UserError';
  tell({ kind: 'cannot start', reason: messageOf(error), isUserError });
});
