import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../../db/cli/errors.ts';
import { Draws } from '../../stats/random.ts';
import { NewsReel } from '../record/interval-reporter.ts';
import { OutcomeWriter } from '../record/outcome-log.ts';
import { type SecondNews, Tally, type WorkerTotals } from '../record/recorder.ts';
import { Application, type WrongAnswer } from '../workload/application.ts';
import { Schedule } from '../workload/arrivals.ts';
import { reportsPerSend } from '../workload/mix.ts';
import { clockMs } from './clock.ts';
import { openSession, reopenSession } from './connections.ts';
import { Engine } from './engine.ts';
import { startPreciseAlarm } from './precise-timer.ts';
import type { WorkerPlan } from './worker-options.ts';

/** What the main thread tells a worker. */
export type WorkerOrder =
  | { readonly kind: 'start'; readonly startMs: number }
  | { readonly kind: 'stop' };

/** What a worker tells the main thread. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'cannot start'; readonly reason: string; readonly isUserError: boolean }
  | { readonly kind: 'news'; readonly news: SecondNews }
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
function sendsPerSecond(plan: WorkerPlan): number {
  return plan.rate === 'max' ? 0 : plan.rate / (1 + reportsPerSend(plan.mix));
}

async function main(plan: WorkerPlan): Promise<void> {
  const alarm = await startPreciseAlarm();
  const sessions = await Promise.all(Array.from({ length: plan.clients }, () => openSession(plan)));
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
  const tally = new Tally(startMs);
  const schedule =
    plan.rate === 'max'
      ? undefined
      : new Schedule({
          kind: plan.mix.arrivals,
          ratePerSecond: sendsPerSecond(plan),
          startMs,
          endMs,
          part: plan.worker,
          parts: plan.workers,
          draws: new Draws(plan.seed, `arrivals ${plan.worker}`),
        });
  const running = new Engine(
    {
      application,
      schedule,
      tally,
      messages,
      reports,
      startMs,
      endMs,
      drainMs: plan.drainMs,
      now: clockMs,
      reopen: (abandoned) => reopenSession(plan, abandoned),
    },
    sessions,
    (wake) => alarm.onWake(wake),
  );
  engine = running;
  const news = new NewsReel(startMs, tally, running, clockMs, (said) =>
    tell({ kind: 'news', news: said }),
  );
  await running.run();
  news.end();
  messages.close();
  reports.close();
  await alarm.close();
  tell({
    kind: 'finished',
    result: {
      totals: tally.totals(),
      made: application.made,
      unserved: running.unserved(),
      wrongAnswers: application.wrongAnswers,
      wrongExamples: application.wrongExamples,
    },
  });
  port?.close();
}

main(workerData as WorkerPlan).catch((error: unknown) => {
  const isUserError = error instanceof Error && error.name === 'UserError';
  tell({ kind: 'cannot start', reason: messageOf(error), isUserError });
});
