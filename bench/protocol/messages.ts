import { EventEmitter } from 'node:events';
import { DatabaseError, parse, serialize } from 'pg-protocol';

/*
 * A prepared statement that is executed again and again, as messages of the protocol (manual: "Message
 * Flow", "Extended Query"). pg's own queries also ask for a description of the result each time, and
 * make objects for rows that an insert does not return. Written and read by pg-protocol, as pg's are.
 */

/** A parameter: a text, in text format; or bytes, in binary format, which a text's are too. */
export type Parameter = string | Buffer | null;

/** What the server answered to one statement. */
export type StatementAnswer =
  | { readonly kind: 'done'; readonly rows: number }
  /** Committed on this server; whether a standby has it is not known: the wait for it was cancelled. */
  | { readonly kind: 'unconfirmed'; readonly rows: number }
  | ({ readonly kind: 'error' } & ServerError);

/** What the server says of an error. */
export interface ServerError {
  readonly sqlState: string;
  readonly message: string;
}

/** Answers as they come. */
export interface AnswerReader {
  /** The error that no Sync has been answered since: the last word of a server that then hung up. */
  lastWord(): ServerError | undefined;
}

/** Prepares a statement under a name; an answer comes when `sync` follows. */
export function parseOf(name: string, text: string): Buffer {
  return serialize.parse({ name, text, types: [] });
}

/** Bind to the unnamed portal, Execute for all rows, Sync: in one piece, for one write. */
export function executionOf(statement: string, values: readonly Parameter[]): Buffer {
  const bind = serialize.bind({ statement, values: values as Parameter[] });
  const length = bind.length + executeAndSync.length;
  const whole = Buffer.allocUnsafe(length);
  bind.copy(whole);
  executeAndSync.copy(whole, bind.length);
  return whole;
}

/** Bind to the unnamed portal and Execute for all rows; an answer comes when `sync` follows. */
export function executeOf(statement: string, values: readonly Parameter[]): Buffer {
  return Buffer.concat([
    serialize.bind({ statement, values: values as Parameter[] }),
    serialize.execute(),
  ]);
}

/** Ends a sequence of messages: the server answers all of it, and is ready again. */
export const sync: Buffer = serialize.sync();

/** Ends the session. */
export const terminate: Buffer = serialize.end();

const executeAndSync = Buffer.concat([serialize.execute(), sync]);

/**
 * Calls `answered` once for each Sync with what came before it. The answer to a Parse alone is `done`, of
 * no rows. Calls `broken` once where what comes is not the protocol, and reads nothing after that.
 */
export function readAnswers(
  stream: NodeJS.ReadableStream,
  answered: (answer: StatementAnswer) => void,
  broken: (error: unknown) => void,
): AnswerReader {
  let rows = 0;
  let unconfirmed = false;
  let error: DatabaseError | undefined;
  let isBroken = false;
  let complete: StatementAnswer[] = [];
  // pg-protocol reads from a stream, and throws what it cannot read into the stream's own event
  const bytes = new EventEmitter();
  void parse(bytes as unknown as NodeJS.ReadableStream, (message) => {
    if (message instanceof DatabaseError) error = message;
    else if (message.name === 'dataRow') rows++;
    else if (message.name === 'notice') {
      unconfirmed ||= 'routine' in message && message.routine === standbyWait;
    } else if (message.name === 'readyForQuery') {
      const done = { kind: unconfirmed ? 'unconfirmed' : 'done', rows } as const;
      complete.push(error === undefined ? done : { kind: 'error', ...said(error) });
      rows = 0;
      unconfirmed = false;
      error = undefined;
    }
  });
  stream.on('data', (chunk: Buffer) => {
    if (isBroken) return;
    let failure: unknown;
    try {
      bytes.emit('data', chunk);
    } catch (thrown) {
      isBroken = true;
      failure = thrown;
    }
    const answers = complete; // whoever is answered may end the session
    complete = [];
    for (const answer of answers) answered(answer);
    if (isBroken) broken(failure);
  });
  return { lastWord: () => (error === undefined ? undefined : said(error)) };
}

/**
 * The function of the server that warns of a cancelled wait, in whatever language (syncrep.c): its SQLSTATE,
 * 01000, is that of any warning.
 */
const standbyWait = 'SyncRepWaitForLSN';

function said({ code, message }: DatabaseError): ServerError {
  if (code === undefined) throw new Error(`the server speaks another protocol: ${message}`);
  return { sqlState: code, message };
}
