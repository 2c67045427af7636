import { type NumberFormat, numberFormats } from '../tally.ts';
import { hashOf, Numbering } from './numbering.ts';

/** One message of an export, as far as it says. */
export interface FileMessage {
  readonly number: string;
  /** Undefined where no profile sent it. */
  readonly sender: string | undefined;
  readonly kind: Kind;
  /** Milliseconds since 1970; NaN where unknown. */
  readonly sentMs: number;
  /** Length of its text in bytes; -1 where unknown. */
  readonly bodyBytes: number;
}

/** What was reported of a message, as a number that takes one byte. */
export const kinds = { none: 0, optedOut: 1, delivered: 2, otherError: 3 } as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

/** The messages of the sample, column by column, the first `rows` of each. */
export interface SampleColumns {
  readonly rows: number;
  /** Which contact, and which sender: -1 for none. Equal numbers are equal contacts. */
  readonly contact: Int32Array;
  readonly sender: Int32Array;
  readonly kind: Uint8Array;
  readonly sentMs: Float64Array;
  readonly bodyBytes: Int32Array;
}

/** How the numbers of the sample's contacts are written: the first `contacts` of each. */
export interface WrittenNumbers {
  readonly format: Uint8Array;
  /** In characters. */
  readonly length: Uint16Array;
}

/**
 * A sample of contacts in constant memory, whoever comes and however many: all of a contact's messages or
 * none, by a hash of the number. Where there are too many, every second contact is let go, as a whole
 * ("adaptive sampling", Wegman; analysed by Flajolet, Computing 43, 1990). No number is kept.
 */
export class ContactSample {
  readonly #most: number;
  readonly #columns;
  readonly #written: WrittenNumbers;
  readonly #contacts: Numbering;
  readonly #senders: Numbering;
  #rows = 0;
  #bits = 0;

  /** @param most how many messages are kept at most; in the end it are more than half as many, if there are */
  constructor(most: number) {
    this.#most = most;
    this.#columns = {
      contact: new Int32Array(most),
      sender: new Int32Array(most),
      kind: new Uint8Array(most),
      sentMs: new Float64Array(most),
      bodyBytes: new Int32Array(most),
    };
    this.#written = { format: new Uint8Array(most), length: new Uint16Array(most) };
    this.#contacts = new Numbering(most);
    this.#senders = new Numbering(most);
  }

  /** The share of the contacts that is in it. */
  get share(): number {
    return 2 ** -this.#bits;
  }

  /** How many contacts are in it. */
  get contacts(): number {
    return this.#contacts.size;
  }

  /** How their numbers are written: `format` is an index of numberFormats. */
  get written(): WrittenNumbers {
    return this.#written;
  }

  get columns(): SampleColumns {
    return { rows: this.#rows, ...this.#columns };
  }

  /** Takes a message in, if its contact is in the sample. */
  add({ number, sender, kind, sentMs, bodyBytes }: FileMessage): void {
    const hash = hashOf(number, 1);
    if (!this.#has(hash)) return;
    while (this.#rows === this.#most) {
      this.#halve();
      if (!this.#has(hash)) return;
    }
    const row = this.#rows++;
    const columns = this.#columns;
    columns.contact[row] = this.#contactOf(number, hash);
    columns.sender[row] =
      sender === undefined ? -1 : this.#senders.numberOf(hashOf(sender, 1), hashOf(sender, 2));
    columns.kind[row] = kind;
    columns.sentMs[row] = sentMs;
    columns.bodyBytes[row] = bodyBytes;
  }

  #contactOf(number: string, hash: number): number {
    const next = this.#contacts.size;
    const contact = this.#contacts.numberOf(hash, hashOf(number, 2));
    if (contact === next) {
      this.#written.format[contact] = numberFormats.indexOf(formatOf(number));
      this.#written.length[contact] = Math.min([...number].length, longestNumber);
    }
    return contact;
  }

  #has(hash: number): boolean {
    return (hash & (2 ** this.#bits - 1)) === 0;
  }

  #halve(): void {
    this.#bits++;
    if (this.#bits > 31) throw new RangeError('one contact has more messages than a sample holds');
    const { contact, sender, ...others } = this.#columns;
    const { format, length } = this.#written;
    const contacts = new Int32Array(this.#contacts.size).fill(-1);
    this.#contacts.keep(
      (_, hash) => this.#has(hash),
      (from, to) => {
        contacts[from] = to;
        format[to] = format[from] as number;
        length[to] = length[from] as number;
      },
    );
    const senders = new Int32Array(this.#senders.size).fill(-1);
    let to = 0;
    for (let row = 0; row < this.#rows; row++) {
      const stays = contacts[contact[row] as number] as number;
      if (stays < 0) continue;
      contact[to] = stays;
      sender[to] = sender[row] as number;
      for (const column of Object.values(others)) column[to] = column[row] as number;
      if ((sender[to] as number) >= 0) senders[sender[to] as number] = 0; // it stays
      to++;
    }
    this.#senders.keep(
      (number) => senders[number] === 0,
      (from, number) => {
        senders[from] = number;
      },
    );
    for (let row = 0; row < to; row++) {
      if ((sender[row] as number) >= 0) sender[row] = senders[sender[row] as number] as number;
    }
    this.#rows = to;
  }
}

/** Longer numbers count as so long. */
const longestNumber = 65_535;

function formatOf(number: string): NumberFormat {
  if (/^\+[1-9][0-9]{6,14}$/.test(number)) return 'E.164';
  return /^[0-9]+$/.test(number) ? 'digits' : 'other';
}
