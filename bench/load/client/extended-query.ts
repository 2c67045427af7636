import type { Socket } from 'node:net';
import type pg from 'pg';
import {
  type AnswerReader,
  executionOf,
  type Parameter,
  parseOf,
  readAnswers,
  type ServerError,
  type StatementAnswer,
  sync,
  terminate,
} from '../../protocol/messages.ts';

/** What became of one statement. */
export type Answer =
  | StatementAnswer
  /** The connection is gone: whether the statement was committed is not known. The server may have said why. */
  | ({ readonly kind: 'lost' } & Partial<ServerError>);

/** How statements are kept: by name, as an application's driver does, or not at all. */
export type Preparation = 'named' | 'unnamed';

/**
 * A connection for one hot loop: prepared statements, one at a time, no results kept. Unnamed ones are
 * parsed with each execution: between two of them a pooler may give the session another server process.
 *
 * pg opens it (TLS, passwords, start-up are its business) and is then put aside: its query objects,
 * results and promises would be made and thrown away for every insert, and a generator that is slower
 * than the server measures itself.
 */
export class ExtendedQuerySession {
  readonly #socket: Socket;
  readonly #preparation: Preparation;
  readonly #answers: AnswerReader;
  /** Of unnamed statements, what parses them. */
  readonly #parses = new Map<string, Buffer>();
  #waiting: ((answer: Answer) => void) | undefined;
  #alive = true;

  /** Takes over an open, idle connection of pg. One that breaks while idle answers `lost` to the next statement. */
  constructor(client: pg.Client, preparation: Preparation = 'named') {
    this.#preparation = preparation;
    this.#socket = client.connection.stream as Socket;
    this.#socket.removeAllListeners('data');
    this.#answers = readAnswers(
      this.#socket,
      (answer) => this.#take(answer),
      () => this.#socket.destroy(), // whoever waits gets `lost`
    );
    const lose = (): void => {
      this.#alive = false;
      this.#take(this.#lost());
    };
    this.#socket.on('error', lose);
    this.#socket.on('close', lose);
    this.#socket.on('end', lose);
  }

  /** Prepares a statement under a name. */
  prepare(name: string, text: string): Promise<Answer> {
    const unnamed = this.#preparation === 'unnamed';
    const parse = parseOf(unnamed ? '' : name, text);
    if (unnamed) this.#parses.set(name, parse);
    return new Promise((resolve) => this.#send(Buffer.concat([parse, sync]), resolve));
  }

  /** Runs a prepared statement; `answered` is called once, when the server is ready again. */
  execute(
    statement: string,
    parameters: readonly Parameter[],
    answered: (answer: Answer) => void,
  ): void {
    const parse = this.#parses.get(statement);
    const bytes =
      parse === undefined
        ? executionOf(statement, parameters)
        : Buffer.concat([parse, executionOf('', parameters)]);
    this.#send(bytes, answered);
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
      queueMicrotask(() => answered(this.#lost()));
      return;
    }
    this.#waiting = answered;
    this.#socket.write(bytes);
  }

  #lost(): Answer {
    return { kind: 'lost', ...this.#answers.lastWord() };
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(answer);
  }
}
