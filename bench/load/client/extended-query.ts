import type { Socket } from 'node:net';
import type pg from 'pg';
import {
  executionOf,
  type Parameter,
  parseOf,
  readAnswers,
  type StatementAnswer,
  sync,
  terminate,
} from '../../protocol/messages.ts';

/** What became of one statement. */
export type Answer =
  | StatementAnswer
  /** The connection is gone: whether the statement was committed is not known. */
  | { readonly kind: 'lost' };

const lost: Answer = { kind: 'lost' };

/**
 * A connection for one hot loop: named prepared statements, one at a time, no results kept.
 *
 * pg opens it (TLS, passwords, start-up are its business) and is then put aside: its query objects,
 * results and promises would be made and thrown away for every insert, and a generator that is slower
 * than the server measures itself.
 */
export class ExtendedQuerySession {
  readonly #socket: Socket;
  #waiting: ((answer: Answer) => void) | undefined;
  #alive = true;

  /** Takes over an open, idle connection of pg. One that breaks while idle answers `lost` to the next statement. */
  constructor(client: pg.Client) {
    this.#socket = client.connection.stream as Socket;
    this.#socket.removeAllListeners('data');
    readAnswers(
      this.#socket,
      (answer) => this.#take(answer),
      () => this.#socket.destroy(), // whoever waits gets `lost`
    );
    const lose = (): void => {
      this.#alive = false;
      this.#take(lost);
    };
    this.#socket.on('error', lose);
    this.#socket.on('close', lose);
    this.#socket.on('end', lose);
  }

  /** Prepares a statement under a name. */
  prepare(name: string, text: string): Promise<Answer> {
    return new Promise((resolve) =>
      this.#send(Buffer.concat([parseOf(name, text), sync]), resolve),
    );
  }

  /** Runs a prepared statement; `answered` is called once, when the server is ready again. */
  execute(
    statement: string,
    parameters: readonly Parameter[],
    answered: (answer: Answer) => void,
  ): void {
    this.#send(executionOf(statement, parameters), answered);
  }

  /** Ends the session; a statement under way is abandoned. */
  async end(): Promise<void> {
    if (this.#alive && this.#waiting === undefined) this.#socket.end(terminate);
    else this.#socket.destroy();
    this.#alive = false;
    this.#waiting = undefined;
  }

  #send(bytes: Buffer, answered: (answer: Answer) => void): void {
    if (this.#waiting !== undefined) throw new Error('a session runs one statement at a time');
    if (!this.#alive) {
      queueMicrotask(() => answered(lost));
      return;
    }
    this.#waiting = answered;
    this.#socket.write(bytes);
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(answer);
  }
}
