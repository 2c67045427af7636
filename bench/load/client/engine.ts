import {
  isRefusal,
  isWorthReconnecting,
  isWorthRetrying,
  mayBeCommitted,
} from '../../../db/contract.ts';
import { meansConnectionLost, uniqueViolation } from '../../../db/sqlstates.ts';
import type { Parameter, ServerError } from '../../protocol/messages.ts';
import { type OutcomeWriter, outcomes } from '../record/outcome-log.ts';
import type { Recorder } from '../record/recorder.ts';
import type { Application, Operation } from '../workload/application.ts';
import type { Arrivals } from '../workload/arrivals.ts';
import type { Answer } from './extended-query.ts';

/** A connection as the engine sees it. */
export interface Connection {
  /** @param phone the number that it is about */
  execute(
    statement: string,
    parameters: readonly Parameter[],
    answered: (answer: Answer) => void,
    phone: string,
  ): void;
  end(): Promise<void>;
}

/** Wakes the engine at a time, more exactly than a timer of Node's, which counts whole milliseconds. */
export interface Timer {
  set(dueMs: number): void;
}

/** What the engine works with. */
export interface EngineOptions {
  readonly application: Application;
  /** Undefined in a closed loop: the next operation starts when a connection is free. */
  readonly schedule: Arrivals | undefined;
  readonly recorder: Recorder;
  readonly messages: OutcomeWriter;
  readonly reports: OutcomeWriter;
  readonly startMs: number;
  readonly endMs: number;
  readonly drainMs: number;
  readonly now: () => number;
  /** Whether a session goes on where a node behind it went away: a cluster's coordinator tells so, and has others. */
  readonly isCluster: boolean;
  /** Opens a session, trying for as long as it takes unless `abandoned()`; undefined then. */
  readonly reopen: (abandoned: () => boolean) => Promise<Connection | undefined>;
}

interface Link {
  session: Connection | undefined;
  idleSinceMs: number;
}

/** As an application would: then it gives up and says so. */
const mostAttempts = 10;

/**
 * Starts operations when they are due, whatever became of those before (open loop), or one after
 * another on each connection (closed loop). An operation that finds all connections busy waits, and
 * its waiting counts: latency runs from the intended start.
 */
export class Engine {
  readonly #options: EngineOptions;
  readonly #idle: Link[] = [];
  readonly #links: Link[];
  readonly #timer: Timer;
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};
  #endMs: number;
  #busy = 0;
  #started = 0;
  #abandoned = false;
  #over = false;

  constructor(
    options: EngineOptions,
    sessions: readonly Connection[],
    timerFor: (wake: () => void) => Timer,
  ) {
    this.#options = options;
    this.#endMs = options.endMs;
    this.#links = sessions.map((session) => ({ session, idleSinceMs: 0 }));
    this.#idle.push(...this.#links);
    this.#timer = timerFor(() => this.#pump());
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  /** Runs to the end: until all is answered, or the time to drain is over. */
  async run(): Promise<void> {
    this.#timer.set(this.#options.startMs);
    // A coarse look at the clock beside the timer: ends the run, and survives an timer that was lost.
    const watch = setInterval(() => this.#pump(), 100);
    try {
      await this.#finished;
    } finally {
      clearInterval(watch);
      await Promise.all(this.#links.map((link) => link.session?.end()));
    }
  }

  /** Ends the arrivals now. */
  stop(): void {
    this.#endMs = Math.min(this.#endMs, this.#options.now());
    this.#pump();
  }

  /** How far the oldest operation that has not started is behind its time. */
  behindMs(): number {
    const nextMs = this.#nextMs();
    return this.#options.schedule === undefined || nextMs === Number.POSITIVE_INFINITY
      ? 0
      : Math.max(0, this.#options.now() - nextMs);
  }

  /** Operations that became due so far: those that started, and those that wait to. */
  offered(): number {
    return this.#started + this.unserved();
  }

  /** Operations that are due and have not started. */
  unserved(): number {
    const { schedule, application, now } = this.#options;
    if (schedule === undefined) return 0;
    const untilMs = Math.min(now(), this.#endMs);
    return schedule.backlog(untilMs) + application.reportsDue(untilMs);
  }

  #nextMs(): number {
    const sendMs = this.#options.schedule?.nextMs ?? this.#options.startMs;
    const nextMs = Math.min(sendMs, this.#options.application.nextReportMs);
    return nextMs < this.#endMs ? nextMs : Number.POSITIVE_INFINITY;
  }

  #pump(): void {
    if (this.#over) return;
    const { application, schedule, now, recorder, drainMs } = this.#options;
    while (this.#idle.length > 0) {
      const nowMs = now();
      const nextMs = this.#nextMs();
      if (nextMs > nowMs || (schedule === undefined && nowMs >= this.#endMs)) {
        if (nextMs !== Number.POSITIVE_INFINITY && nowMs < this.#endMs) this.#timer.set(nextMs);
        break;
      }
      const link = this.#idle.pop();
      if (link === undefined) break;
      let operation: Operation;
      if (schedule === undefined) {
        const reportIsDue = application.nextReportMs <= nowMs;
        operation = reportIsDue ? application.nextReport(nowMs) : application.nextSend(nowMs);
      } else {
        const isReport = application.nextReportMs <= schedule.nextMs;
        operation = isReport
          ? application.nextReport(nextMs)
          : application.nextSend(schedule.take());
        if (link.idleSinceMs <= nextMs) recorder.startedLate(nowMs - nextMs);
        else recorder.counts.waited++;
      }
      operation.startedMs = nowMs;
      this.#busy++;
      this.#started++;
      this.#attempt(link, operation);
    }
    const nowMs = now();
    const nothingLeft =
      this.#busy === 0 &&
      nowMs >= this.#endMs &&
      (schedule === undefined || this.#nextMs() === Number.POSITIVE_INFINITY);
    if (nothingLeft || nowMs > this.#endMs + drainMs) this.#end();
  }

  #end(): void {
    this.#abandoned = true;
    this.#over = true;
    this.#options.recorder.counts.unknown += this.#busy;
    this.#finish();
  }

  #attempt(link: Link, operation: Operation): void {
    if (this.#over) return;
    operation.attempts++;
    const statement = operation.kind === 'send' ? 'send' : 'report';
    if (link.session === undefined) void this.#recover(link, operation);
    else
      link.session.execute(
        statement,
        operation.parameters,
        (answer) => this.#take(link, operation, answer),
        operation.phone,
      );
  }

  #take(link: Link, operation: Operation, answer: Answer): void {
    if (this.#over) return;
    const { recorder } = this.#options;
    if (answer.kind === 'done') this.#acknowledge(link, operation);
    else if (answer.kind === 'unconfirmed') this.#confirm(link, operation);
    else if (answer.kind === 'error' && this.#isOfAnotherNode(answer.sqlState)) {
      operation.uncertain = true;
      this.#retry(link, operation, answer);
    } else if (answer.kind === 'lost' || isWorthReconnecting(answer.sqlState)) {
      recorder.counts.lostConnections++;
      recorder.error(answer, 'answers');
      operation.uncertain = true;
      void this.#recover(link, operation);
    } else if (isRefusal(answer) && operation.kind === 'send') this.#refuse(link, operation);
    else if (answer.sqlState === uniqueViolation && operation.uncertain) {
      recorder.error(answer, 'answers');
      recorder.counts.foundDone++;
      this.#acknowledge(link, operation);
    } else if (isWorthRetrying(answer)) {
      if (mayBeCommitted(answer)) operation.uncertain = true;
      this.#retry(link, operation, answer);
    } else this.#fail(link, operation, answer);
  }

  /** The session is well, and a node behind it is not: the numbers of other nodes go on. */
  #isOfAnotherNode(sqlState: string): boolean {
    return this.#options.isCluster && meansConnectionLost(sqlState);
  }

  /** Somewhat later, and not all at the same time: the other transaction needs to get on. */
  #retry(link: Link, operation: Operation, error: ServerError): void {
    if (operation.attempts >= mostAttempts) {
      this.#fail(link, operation, error);
      return;
    }
    this.#options.recorder.error(error, 'answers');
    this.#options.recorder.counts.retries++;
    const pauseMs = Math.random() * 2 ** Math.min(6, operation.attempts);
    setTimeout(() => this.#attempt(link, operation), pauseMs);
  }

  #fail(link: Link, operation: Operation, error: ServerError): void {
    this.#options.recorder.error(error, 'answers');
    this.#options.recorder.failed(error);
    this.#settle(link, operation, operation.uncertain ? outcomes.unknown : outcomes.absent);
  }

  #acknowledge(link: Link, operation: Operation): void {
    const { recorder, application, now } = this.#options;
    const nowMs = now();
    if (operation.kind === 'send') recorder.counts.accepted++;
    else recorder.counts[operation.kind]++;
    const latencyClass =
      operation.kind === 'send'
        ? 'accepted'
        : operation.kind === 'optedOut'
          ? 'optedOut'
          : 'report';
    recorder.answered(latencyClass, operation.intendedMs, nowMs);
    application.acknowledged(operation, nowMs);
    this.#settle(link, operation, outcomes.there);
  }

  #refuse(link: Link, operation: Operation): void {
    const { recorder, application, now } = this.#options;
    recorder.counts.refused++;
    recorder.answered('refused', operation.intendedMs, now());
    application.refused(operation);
    // Refused now, but an attempt before may have been committed when the number was not yet blocked.
    if (operation.uncertain) recorder.counts.unknown++;
    this.#settle(link, operation, operation.uncertain ? outcomes.unknown : outcomes.absent);
  }

  #settle(
    link: Link,
    operation: Operation,
    outcome: (typeof outcomes)[keyof typeof outcomes],
  ): void {
    const { messages, reports, now } = this.#options;
    (operation.kind === 'send' ? messages : reports).settle(operation.number, outcome);
    this.#busy--;
    link.idleSinceMs = now();
    this.#idle.push(link);
    this.#pump();
  }

  /** Reconnects, and asks whether the operation was committed before doing it again. */
  async #recover(link: Link, operation: Operation): Promise<void> {
    await link.session?.end();
    link.session = undefined;
    link.session = await this.#options.reopen(() => this.#abandoned);
    if (this.#over) {
      await link.session?.end();
      return; // settled as unknown, by not being settled
    }
    this.#find(link, operation);
  }

  /** Committed, and perhaps on no standby: known only when a later commit has reached one. */
  #confirm(link: Link, operation: Operation): void {
    this.#options.recorder.counts.unconfirmed++;
    operation.uncertain = true;
    this.#find(link, operation);
  }

  #find(link: Link, operation: Operation): void {
    const find = operation.kind === 'send' ? 'find_message' : 'find_report';
    const found = (answer: Answer): void => {
      if (this.#over) return;
      if (answer.kind === 'unconfirmed') this.#confirm(link, operation);
      else if (answer.kind !== 'done') {
        this.#options.recorder.error(answer, 'answers');
        void this.#recover(link, operation);
      } else if (answer.rows > 0) {
        this.#options.recorder.counts.foundDone++;
        this.#acknowledge(link, operation);
      } else this.#attempt(link, operation);
    };
    link.session?.execute(find, [operation.id], found, operation.phone);
  }
}
