import type pg from 'pg';
import { failureOf, isWorthRetrying } from '../../../db/contract.ts';
import type { Draws } from '../../stats/random.ts';
import { Schedule } from '../workload/arrivals.ts';
import { clockMs } from './clock.ts';
import { startPreciseTimer } from './precise-timer.ts';

/** What an operation was, and whether it was refused. */
export interface Answer {
  readonly kind: 'send' | 'report' | 'opt-out';
  readonly refused: boolean;
}

/** An operation that was answered. */
export interface Sample extends Answer {
  /** When it was due, by clockMs(). */
  readonly dueMs: number;
  /** From then until it was answered. */
  readonly latencyMs: number;
}

/** What is offered, how often, and by which sessions, which stay the caller's. */
export interface OpenLoopOptions {
  readonly sessions: readonly pg.Client[];
  readonly ratePerSecond: number;
  /** When nothing more is due, by clockMs(). */
  readonly endMs: number;
  readonly draws: Draws;
  /** Does one operation; what is worth retrying when it fails is done again. */
  readonly operate: (client: pg.Client) => Promise<Answer>;
}

/** Operations that come at a rate, whatever becomes of those before them. */
export interface OpenLoop {
  readonly samples: readonly Sample[];
  /** Waits until all that was due is answered. Throws what made an operation fail. */
  finish(): Promise<void>;
  /** The same, and nothing more is due from now on. */
  stop(): Promise<void>;
}

/** Begins to operate: one operation a session at a time, those that wait in the order in which they were due. */
export async function startOpenLoop(
  options: OpenLoopOptions,
  startTimer = startPreciseTimer,
): Promise<OpenLoop> {
  const { sessions, ratePerSecond, endMs, draws, operate } = options;
  const timer = await startTimer();
  const samples: Sample[] = [];
  const idle = [...sessions];
  const schedule = new Schedule({
    kind: 'poisson',
    ratePerSecond,
    startMs: clockMs(),
    endMs,
    part: 0,
    parts: 1,
    draws,
  });
  let stopped = false;
  let failure: unknown;
  let drained: () => void = () => {};
  const answered = new Promise<void>((resolve) => {
    drained = resolve;
  });
  const armed = timer.onWake(() => pump());

  async function attempt(client: pg.Client, dueMs: number): Promise<void> {
    for (;;) {
      try {
        const answer = await operate(client);
        samples.push({ dueMs, latencyMs: clockMs() - dueMs, ...answer });
        return;
      } catch (error) {
        if (!isWorthRetrying(failureOf(error))) throw error;
      }
    }
  }

  function pump(): void {
    while (!stopped && idle.length > 0 && schedule.nextMs <= clockMs()) {
      const client = idle.pop();
      if (client === undefined) break;
      attempt(client, schedule.take())
        .catch((error: unknown) => {
          failure ??= error;
          stopped = true;
        })
        .finally(() => {
          idle.push(client);
          pump();
        });
    }
    if (stopped || schedule.nextMs === Number.POSITIVE_INFINITY) {
      if (idle.length === sessions.length) drained();
    } else if (idle.length > 0) armed.set(schedule.nextMs);
  }
  pump();

  const finish = async (): Promise<void> => {
    try {
      await answered;
    } finally {
      await timer.close();
    }
    if (failure !== undefined) throw failure;
  };
  return {
    samples,
    finish,
    stop: () => {
      stopped = true;
      pump();
      return finish();
    },
  };
}
