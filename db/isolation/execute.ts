import { codeOf } from '../cli/errors.ts';
import { failureOf, isRefusal, isWorthRetrying } from '../contract.ts';
import { deadlockDetected } from '../sqlstates.ts';
import type { Attempt, Ending, StepRecord } from './checker.ts';
import { type Cast, type HistoryFixture, type Session, sqlOf } from './fixture.ts';
import { type History, statementsOf, type Transaction } from './history.ts';

/** What happened on the way, for the counts. */
export interface RunCounts {
  statements: number;
  /** How often a session was seen to wait for another. */
  waits: number;
  serializationFailures: number;
  deadlocks: number;
  refusals: number;
}

const maxAttempts = 50;

/** Runs a history in a fixture, and tells what came of it. Errors that nobody expects are thrown. */
export async function execute(
  fixture: HistoryFixture,
  history: History,
  counts: RunCounts,
): Promise<Ending> {
  const cast = await fixture.prepare(history);
  const sessions = await fixture.sessions(history.sessions.length);
  const clock = { tick: 0 };
  const attempts: Attempt[] = [];
  const actors = history.sessions.map((transactions, index) => {
    const session = sessions[index];
    if (session === undefined)
      throw new Error('a fixture opens as many sessions as it is asked for');
    return new Actor(session, index, transactions, cast, clock, attempts, counts);
  });
  try {
    if (history.schedule === undefined) {
      await Promise.all(
        actors.map(async (actor) => {
          while (!actor.isDone) await actor.advance();
        }),
      );
    } else {
      await follow(fixture, actors, history.schedule, counts);
    }
  } finally {
    await Promise.allSettled(actors.map((actor) => actor.pending));
    for (const session of sessions) await session.client.query('rollback').catch(() => {});
  }
  return {
    attempts,
    isBlocked: await fixture.probe(cast),
    optOuts: await fixture.optOuts(cast),
    unblockedOrdinals: await fixture.unblockedOrdinals(cast),
  };
}

async function follow(
  fixture: HistoryFixture,
  actors: readonly Actor[],
  schedule: readonly number[],
  counts: RunCounts,
): Promise<void> {
  for (const pick of schedule) {
    const actor = actors[pick];
    if (actor === undefined || actor.isDone || actor.pending !== undefined) continue;
    actor.start();
    await settle(fixture, actors, counts);
  }
  while (actors.some((actor) => !actor.isDone)) {
    actors.find((actor) => !actor.isDone && actor.pending === undefined)?.start();
    await settle(fixture, actors, counts);
  }
}

/**
 * Waits until every session has its answer or is known to wait for another one's lock; where all of
 * them wait for each other, until the server has ended one of them. No sleeps: the server is asked.
 */
async function settle(
  fixture: HistoryFixture,
  actors: readonly Actor[],
  counts: RunCounts,
): Promise<void> {
  for (;;) {
    let isStable = true; // an answer may have set another session free
    for (const actor of actors) {
      while (actor.pending !== undefined) {
        if (await fixture.isWaiting(actor.session)) {
          if (!actor.isKnownToWait) counts.waits++;
          actor.isKnownToWait = true;
          break;
        }
        if (actor.pending === undefined) isStable = false;
      }
      if (actor.failure !== undefined) throw actor.failure;
    }
    const isStuck = actors.every((actor) => actor.isDone || actor.pending !== undefined);
    if (isStable && !(isStuck && actors.some((actor) => actor.pending !== undefined))) return;
  }
}

/** One session on its way through its transactions. */
class Actor {
  readonly session: Session;
  pending: Promise<void> | undefined;
  failure: unknown;
  isKnownToWait = false;

  readonly #index: number;
  readonly #transactions: readonly Transaction[];
  readonly #cast: Cast;
  readonly #clock: { tick: number };
  readonly #attempts: Attempt[];
  readonly #counts: RunCounts;
  #transaction = 0;
  #statement = 0;
  #retries = 0;
  #attempt: Attempt | undefined;

  constructor(
    session: Session,
    index: number,
    transactions: readonly Transaction[],
    cast: Cast,
    clock: { tick: number },
    attempts: Attempt[],
    counts: RunCounts,
  ) {
    this.session = session;
    this.#index = index;
    this.#transactions = transactions;
    this.#cast = cast;
    this.#clock = clock;
    this.#attempts = attempts;
    this.#counts = counts;
  }

  get isDone(): boolean {
    return this.pending === undefined && this.#transaction >= this.#transactions.length;
  }

  /** Sends the next statement and does not wait for its answer. */
  start(): void {
    this.pending = this.advance()
      .catch((error: unknown) => {
        this.failure = error;
      })
      .finally(() => {
        this.pending = undefined;
        this.isKnownToWait = false;
      });
  }

  /** Sends the next statement and takes its answer in: on to the next one, or back to the begin. */
  async advance(): Promise<void> {
    const transaction = this.#transactions[this.#transaction];
    if (transaction === undefined) return;
    const statements = statementsOf(transaction);
    const statement = statements[this.#statement];
    if (statement === undefined) throw new Error('a transaction has at least one statement');
    const attempt = this.#attemptAt(transaction);
    this.#counts.statements++;
    try {
      if (statement === 'begin') {
        await this.session.client.query(`begin isolation level ${transaction.level}`);
        // takes the snapshot: above READ COMMITTED that is the first statement's
        attempt.startedAt = this.#clock.tick++;
        await this.session.client.query('select 1 from outbound_messages limit 1');
      } else if (statement === 'end') {
        await this.#end(transaction, attempt);
      } else {
        const record: StepRecord = {
          step: statement,
          sentAt: this.#clock.tick++,
          answeredAt: Number.POSITIVE_INFINITY,
          outcome: 'retry',
          saw: undefined,
        };
        attempt.steps.push(record);
        if (transaction.end === 'autocommit') {
          attempt.startedAt = record.sentAt;
          attempt.commitSentAt = record.sentAt;
        }
        const { text, values } = sqlOf(statement, this.#cast, this.#index);
        try {
          const { rows } = await this.session.client.query<{ profile_id: string }>(text, values);
          if (statement.kind === 'read') record.saw = this.#cast.profilesOf(rows);
          record.outcome = 'done';
        } catch (error) {
          if (isRefusal(failureOf(error))) record.outcome = 'refused';
          throw error;
        } finally {
          record.answeredAt = this.#clock.tick++;
        }
        if (transaction.end === 'autocommit') {
          attempt.committedAt = this.#clock.tick++;
          attempt.endedAt = attempt.committedAt;
        }
      }
    } catch (error) {
      await this.#recover(transaction, attempt, error);
      return;
    }
    this.#statement++;
    if (this.#statement === statements.length) this.#next();
  }

  async #end(transaction: Transaction, attempt: Attempt): Promise<void> {
    if (transaction.end !== 'commit') {
      await this.session.client.query('rollback');
      attempt.endedAt = this.#clock.tick++;
      return;
    }
    attempt.commitSentAt = this.#clock.tick++;
    await this.session.client.query('commit');
    attempt.committedAt = this.#clock.tick++;
    attempt.endedAt = attempt.committedAt;
  }

  /** As an application would: a refusal is final; what asks for a retry is retried from the begin. */
  async #recover(transaction: Transaction, attempt: Attempt, error: unknown): Promise<void> {
    attempt.commitSentAt = undefined;
    const code = codeOf(error);
    if (transaction.end !== 'autocommit') await this.session.client.query('rollback');
    attempt.endedAt = this.#clock.tick++;
    if (isRefusal(failureOf(error))) {
      this.#counts.refusals++;
      this.#next();
      return;
    }
    if (!isWorthRetrying(failureOf(error))) throw error;
    if (code === deadlockDetected) this.#counts.deadlocks++;
    else this.#counts.serializationFailures++;
    if (++this.#retries > maxAttempts) {
      throw new Error(`a transaction was not stored in ${maxAttempts} attempts`);
    }
    this.#statement = 0;
    this.#attempt = undefined;
  }

  #attemptAt(transaction: Transaction): Attempt {
    if (this.#attempt === undefined) {
      this.#attempt = {
        session: this.#index,
        level: transaction.level,
        startedAt: this.#clock.tick++,
        steps: [],
        commitSentAt: undefined,
        committedAt: undefined,
        endedAt: Number.POSITIVE_INFINITY,
      };
      this.#attempts.push(this.#attempt);
    }
    return this.#attempt;
  }

  #next(): void {
    this.#transaction++;
    this.#statement = 0;
    this.#retries = 0;
    this.#attempt = undefined;
  }
}
