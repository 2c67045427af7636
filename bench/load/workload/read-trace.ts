import { UserError } from '../../../db/cli/errors.ts';
import type { ExportFormat } from '../../../seed/shape/file/export-format.ts';
import { readExport } from '../../../seed/shape/file/read-export.ts';
import { kinds } from '../../../seed/shape/file/sample.ts';
import { slotsPerNumber } from './fresh-numbers.ts';
import type { Trace } from './trace.ts';

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
