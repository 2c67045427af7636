import { UserError } from '../../../db/cli/errors.ts';
import type { ExportFormat } from '../../../seed/shape/file/export-format.ts';
import { readExport } from '../../../seed/shape/file/read-export.ts';
import { kinds } from '../../../seed/shape/file/sample.ts';
import type { ReportKind } from './application.ts';
import { slotsPerNumber } from './fresh-numbers.ts';

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

/** The most messages that a trace holds in memory: 14 bytes each, and more while it is read. */
const mostMessages = 5_000_000;

/**
 * Reads a trace from an export.
 *
 * @param speed how many times faster it is replayed
 * @param say is told what was left out
 * @throws UserError for a file that readExport refuses, one without times, or one that is too long
 */
export async function readTrace(
  file: string,
  format: ExportFormat | undefined,
  speed: number,
  say: (line: string) => void,
): Promise<Trace> {
  const contacts = new Map<string, Map<string, number>>();
  const numbers = new Map<string, number>();
  const rows: { sentMs: number; contact: number; slot: number; kind: number }[] = [];
  let timeless = 0;
  let merged = 0;
  await readExport(
    file,
    format,
    ({ number, sender, sentMs, kind }) => {
      if (Number.isNaN(sentMs)) {
        timeless++;
        return;
      }
      if (rows.length === mostMessages) {
        throw new UserError(`${file} has more than ${mostMessages} messages: replay a part of it`);
      }
      const senders = contacts.get(number) ?? new Map<string, number>();
      if (senders.size === 0 && !numbers.has(number)) {
        contacts.set(number, senders);
        numbers.set(number, numbers.size);
      }
      const known = senders.get(sender ?? '');
      const slot = known ?? Math.min(senders.size, slotsPerNumber - 1);
      if (known === undefined) {
        if (senders.size >= slotsPerNumber) merged++;
        senders.set(sender ?? '', slot);
      }
      // an opt-out of nobody counts for nobody
      const said = sender === undefined && kind === kinds.optedOut ? kinds.none : kind;
      rows.push({ sentMs, contact: numbers.get(number) ?? 0, slot, kind: said });
    },
    say,
  );
  if (timeless > 0) say(`${timeless} messages have no time and are not replayed`);
  if (merged > 0) say(`profiles beyond a contact's first ${slotsPerNumber} are replayed as one`);
  rows.sort((a, b) => a.sentMs - b.sentMs);
  const [first] = rows;
  if (first === undefined) throw new UserError(`${file} has no message with a time to replay`);
  const trace = emptyTrace(rows.length, numbers.size);
  for (const [row, { sentMs, contact, slot, kind }] of rows.entries()) {
    trace.atMs[row] = (sentMs - first.sentMs) / speed;
    trace.contact[row] = contact;
    trace.slot[row] = slot;
    trace.kind[row] = kind;
  }
  return trace;
}

function emptyTrace(messages: number, contacts: number): Trace {
  return {
    messages,
    contacts,
    atMs: new Float64Array(new SharedArrayBuffer(8 * messages)),
    contact: new Int32Array(new SharedArrayBuffer(4 * messages)),
    slot: new Uint8Array(new SharedArrayBuffer(messages)),
    kind: new Uint8Array(new SharedArrayBuffer(messages)),
  };
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
