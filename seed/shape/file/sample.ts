import { lowbias32 } from '../../data-set/counter-random.ts';

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

/**
 * A sample of contacts in constant memory, whoever comes and however many: all of a contact's messages or
 * none, by a hash of the number. Where there are too many, every second contact is let go, as a whole
 * ("adaptive sampling", Wegman; analysed by Flajolet, Computing 43, 1990).
 */
export class ContactSample {
  readonly #most: number;
  readonly #columns;
  #contacts = new Map<string, number>();
  #senders = new Map<string, number>();
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
  }

  /** The share of the contacts that is in it. */
  get share(): number {
    return 2 ** -this.#bits;
  }

  /** How many contacts are in it. */
  get contacts(): number {
    return this.#contacts.size;
  }

  /** The numbers in it. Nobody may write them down. */
  get numbers(): Iterable<string> {
    return this.#contacts.keys();
  }

  get columns(): SampleColumns {
    return { rows: this.#rows, ...this.#columns };
  }

  /** Takes a message in, if its contact is in the sample. */
  add({ number, sender, kind, sentMs, bodyBytes }: FileMessage): void {
    if (!this.#has(number)) return;
    while (this.#rows === this.#most) {
      this.#halve();
      if (!this.#has(number)) return;
    }
    const row = this.#rows++;
    const columns = this.#columns;
    columns.contact[row] = numberIn(this.#contacts, number);
    columns.sender[row] = sender === undefined ? -1 : numberIn(this.#senders, sender);
    columns.kind[row] = kind;
    columns.sentMs[row] = sentMs;
    columns.bodyBytes[row] = bodyBytes;
  }

  #has(number: string): boolean {
    return (hashOf(number) & (2 ** this.#bits - 1)) === 0;
  }

  #halve(): void {
    this.#bits++;
    if (this.#bits > 31) throw new RangeError('one contact has more messages than a sample holds');
    const { contact, sender, ...others } = this.#columns;
    const contacts = renumbered(this.#contacts, (number) => this.#has(number));
    const mayStay = new Set<number>();
    let to = 0;
    for (let row = 0; row < this.#rows; row++) {
      const stays = contacts.numbers.get(contact[row] as number);
      if (stays === undefined) continue;
      contact[to] = stays;
      sender[to] = sender[row] as number;
      for (const column of Object.values(others)) column[to] = column[row] as number;
      mayStay.add(sender[to] as number);
      to++;
    }
    const senders = renumbered(this.#senders, (_, sender) => mayStay.has(sender));
    for (let row = 0; row < to; row++) {
      sender[row] = senders.numbers.get(sender[row] as number) ?? -1; // nobody stays nobody
    }
    this.#rows = to;
    this.#contacts = contacts.names;
    this.#senders = senders.names;
  }
}

/** Some names, numbered anew from 0, and the new number of each old one. */
function renumbered(
  names: ReadonlyMap<string, number>,
  stays: (name: string, number: number) => boolean,
): { readonly names: Map<string, number>; readonly numbers: ReadonlyMap<number, number> } {
  const kept = [...names].filter(([name, number]) => stays(name, number));
  return {
    names: new Map(kept.map(([name], index) => [name, index])),
    numbers: new Map(kept.map(([, number], index) => [number, index])),
  };
}

function numberIn(names: Map<string, number>, name: string): number {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, names.size);
  return names.size - 1;
}

/** 32 bits that any letter changes: FNV-1a (Fowler, Noll and Vo), its bits spread once more. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return lowbias32(hash);
}
