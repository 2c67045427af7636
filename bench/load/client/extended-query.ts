import type { Socket } from 'node:net';
import type pg from 'pg';
import type { ReadingSocket } from './reading-socket.ts';

/** What the server answered to one statement. */
export type Answer =
  | { readonly kind: 'done'; readonly rows: number }
  | { readonly kind: 'error'; readonly sqlState: string; readonly message: string }
  /** The connection is gone: whether the statement was committed is not known. */
  | { readonly kind: 'lost' };

/** A parameter, in text format. */
export type Parameter = string | Uint8Array | null;

const done: readonly Answer[] = [0, 1].map((rows) => ({ kind: 'done', rows }));
const lost: Answer = { kind: 'lost' };

/**
 * A connection for one hot loop: named prepared statements, one at a time, no results kept.
 *
 * pg opens it (TLS, passwords, start-up are its business) and is then put aside: its query objects,
 * results and promises would be made and thrown away for every insert, and a generator that is slower
 * than the server measures itself. What is left of the protocol is small: Bind, Execute and Sync out; completions,
 * errors and ReadyForQuery in (manual: "Message Flow", "Extended Query").
 */
export class ExtendedQuerySession {
  readonly #socket: Socket;
  #out = Buffer.allocUnsafe(4_096);
  #rest: Buffer | undefined;
  #answer: Answer = lost;
  #rows = 0;
  #waiting: ((answer: Answer) => void) | undefined;
  #alive = true;

  /** Takes over an open, idle connection of pg, made with that socket. One that breaks while idle answers `lost` to the next statement. */
  constructor(client: pg.Client, { socket, readTo }: ReadingSocket) {
    this.#socket = client.connection.stream as Socket;
    this.#socket.removeAllListeners('data');
    const read = (bytes: Buffer): void => this.#read(bytes);
    // with TLS pg has a socket of its own
    if (this.#socket === socket) readTo(read);
    else this.#socket.on('data', read);
    const lose = (): void => {
      if (!this.#alive) return;
      this.#alive = false;
      const waiting = this.#waiting;
      this.#waiting = undefined;
      waiting?.(lost);
    };
    this.#socket.on('error', lose);
    this.#socket.on('close', lose);
    this.#socket.on('end', lose);
  }

  /** Prepares a statement under a name. */
  prepare(name: string, sql: string): Promise<Answer> {
    const payload = Buffer.from(`${name}\0${sql}\0\0\0`);
    const parse = Buffer.alloc(5 + payload.length);
    parse.write('P', 0, 'latin1');
    parse.writeInt32BE(payload.length + 4, 1);
    payload.copy(parse, 5);
    return new Promise((resolve) => this.#send(Buffer.concat([parse, sync]), resolve));
  }

  /** Runs a prepared statement; `answered` is called once, when the server is ready again. */
  execute(
    statement: string,
    parameters: readonly Parameter[],
    answered: (answer: Answer) => void,
  ): void {
    let at = this.#writeHead(statement, parameters.length);
    for (const parameter of parameters) at = this.#writeParameter(at, parameter);
    const out = this.#out;
    at = out.writeInt16BE(0, at); // results as text
    out.writeInt32BE(at - 1, 1); // length of Bind, without its type
    at += executeAndSync.copy(out, at);
    this.#send(out.subarray(0, at), answered);
  }

  /** Ends the session; a statement under way is abandoned. */
  async end(): Promise<void> {
    if (this.#alive && this.#waiting === undefined) this.#socket.end(terminate);
    else this.#socket.destroy();
    this.#alive = false;
    this.#waiting = undefined;
  }

  #writeHead(statement: string, parameterCount: number): number {
    const out = this.#out;
    let at = out.write('B\0\0\0\0\0', 0, 'latin1'); // length comes later; the unnamed portal
    at += out.write(`${statement}\0`, at, 'latin1');
    at = out.writeInt16BE(0, at); // all parameters as text
    return out.writeInt16BE(parameterCount, at);
  }

  #writeParameter(start: number, parameter: Parameter): number {
    if (parameter === null) return this.#out.writeInt32BE(-1, start);
    const longest = typeof parameter === 'string' ? parameter.length * 3 : parameter.length;
    // 4 for the length, 32 for what follows the last parameter
    if (start + longest + 36 > this.#out.length) {
      const larger = Buffer.allocUnsafe(2 * (start + longest + 36));
      this.#out.copy(larger, 0, 0, start);
      this.#out = larger;
    }
    const out = this.#out;
    const at = start + 4;
    let length: number;
    if (typeof parameter === 'string') length = out.write(parameter, at);
    else {
      out.set(parameter, at);
      length = parameter.length;
    }
    out.writeInt32BE(length, start);
    return at + length;
  }

  #send(bytes: Buffer, answered: (answer: Answer) => void): void {
    if (this.#waiting !== undefined) throw new Error('a session runs one statement at a time');
    if (!this.#alive) {
      queueMicrotask(() => answered(lost));
      return;
    }
    this.#waiting = answered;
    this.#answer = lost;
    this.#rows = 0;
    this.#socket.write(bytes);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = 0;
    while (at + 5 <= bytes.length) {
      const end = at + 1 + bytes.readInt32BE(at + 1);
      if (end > bytes.length) break;
      const type = bytes[at];
      if (type === readyForQuery) this.#ready();
      else if (type === dataRow) this.#rows++;
      else if (type === commandComplete) this.#answer = done[Math.min(1, this.#rows)] ?? lost;
      else if (type === parseComplete) this.#answer = done[0] ?? lost;
      else if (type === errorResponse) this.#answer = readError(bytes, at + 5, end);
      at = end;
    }
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at));
  }

  #ready(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(this.#answer);
  }
}

const readyForQuery = 0x5a; // Z
const dataRow = 0x44; // D
const commandComplete = 0x43; // C
const parseComplete = 0x31; // 1
const errorResponse = 0x45; // E

const terminate = Buffer.from([0x58, 0, 0, 0, 4]);
const sync = Buffer.from([0x53, 0, 0, 0, 4]);
/** Execute of the unnamed portal, all rows, then Sync. */
const executeAndSync = Buffer.concat([Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0]), sync]);

/** Fields are a letter and text, each ended by a zero byte: C is the SQLSTATE, M the message. */
function readError(bytes: Buffer, start: number, end: number): Answer {
  let sqlState = 'XX000';
  let message = '';
  for (let at = start; at < end && bytes[at] !== 0; ) {
    const zero = bytes.indexOf(0, at + 1);
    const text = bytes.toString('utf8', at + 1, zero);
    if (bytes[at] === 0x43) sqlState = text;
    else if (bytes[at] === 0x4d) message = text;
    at = zero + 1;
  }
  return { kind: 'error', sqlState, message };
}
