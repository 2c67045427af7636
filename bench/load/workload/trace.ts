import type { ReportKind } from './application.ts';

/**
 * What was sent once, to be sent again: column by column, in the order of time, in memory that threads
 * share. Contacts are numbers from 0 on, and so are the profiles of each: no number is in it.
 */
export interface Trace {
  readonly messages: number;
  readonly contacts: number;
  /** Milliseconds from the first message, at the pace of the replay. */
  readonly atMs: Float64Array;
  readonly contact: Int32Array;
  readonly slot: Uint8Array;
  readonly kind: Uint8Array;
}

/** One message of a trace. */
export interface TraceMessage {
  readonly atMs: number;
  readonly contact: number;
  readonly slot: number;
  /** What the carrier said of it, if anything. */
  readonly report: ReportKind | undefined;
}

const reportKinds: readonly (ReportKind | undefined)[] = [
  undefined,
  'optedOut',
  'delivered',
  'filtered',
];

/** The rows of a trace that one of several workers replays: all of a contact's are the same worker's. */
export class TracePart {
  readonly #trace: Trace;
  readonly #rows: Uint32Array;

  constructor(trace: Trace, worker: number, workers: number) {
    this.#trace = trace;
    const own: number[] = [];
    for (let row = 0; row < trace.messages; row++) {
      if ((trace.contact[row] as number) % workers === worker) own.push(row);
    }
    this.#rows = Uint32Array.from(own);
  }

  /** Message `index` of this part; undefined after the last. */
  at(index: number): TraceMessage | undefined {
    const row = this.#rows[index];
    if (row === undefined) return undefined;
    const { atMs, contact, slot, kind } = this.#trace;
    return {
      atMs: atMs[row] as number,
      contact: contact[row] as number,
      slot: slot[row] as number,
      report: reportKinds[kind[row] as number],
    };
  }

  /** How many of its messages are due by then, in milliseconds from the first. */
  dueBy(ms: number): number {
    let [low, high] = [0, this.#rows.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#trace.atMs[this.#rows[middle] as number] as number) <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
