import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { itemAt } from '../../../db/item-at.ts';

/**
 * What became of every row that the generator tried to insert, two bits each, by the row's number.
 * A page whose rows are all settled goes to a file, so that a soak of hours takes a few pages of
 * memory and a quarter of a byte of disk for each row.
 */
export const outcomes = {
  /** Not answered: it may be there or not. */
  unknown: 0,
  /** Acknowledged: it must be there. */
  there: 1,
  /** Refused, or failed for certain: it must not be there. */
  absent: 2,
} as const;
export type Outcome = (typeof outcomes)[keyof typeof outcomes];

/** Rows of one page. */
export const rowsPerPage = 32_768;
const pageBytes = rowsPerPage / 4;

interface OpenPage {
  readonly bytes: Uint8Array;
  settled: number;
}

/** Writes the outcomes of one worker and one table. */
export class OutcomeWriter {
  readonly #file: number;
  readonly #open = new Map<number, OpenPage>();

  constructor(path: string) {
    this.#file = openSync(path, 'w');
  }

  /** Pages in memory: those with rows under way. */
  get openPages(): number {
    return this.#open.size;
  }

  /** Notes what became of a row; once for each. */
  settle(number: number, outcome: Outcome): void {
    const pageNumber = Math.floor(number / rowsPerPage);
    let page = this.#open.get(pageNumber);
    if (page === undefined) {
      page = { bytes: new Uint8Array(pageBytes), settled: 0 };
      this.#open.set(pageNumber, page);
    }
    const inPage = number % rowsPerPage;
    const at = inPage >> 2;
    page.bytes[at] = itemAt(page.bytes, at) | (outcome << ((inPage & 3) * 2));
    if (++page.settled === rowsPerPage) this.#write(pageNumber, page);
  }

  /** Writes what is open and closes the file. */
  close(): void {
    for (const [pageNumber, page] of this.#open) this.#write(pageNumber, page);
    closeSync(this.#file);
  }

  #write(pageNumber: number, page: OpenPage): void {
    writeSync(this.#file, page.bytes, 0, pageBytes, pageNumber * pageBytes);
    this.#open.delete(pageNumber);
  }
}

/** One page of outcomes, read back. */
export class OutcomePage {
  readonly #bytes = new Uint8Array(pageBytes);

  constructor(path: string, pageNumber: number) {
    const file = openSync(path, 'r');
    try {
      readSync(file, this.#bytes, 0, pageBytes, pageNumber * pageBytes);
    } finally {
      closeSync(file);
    }
  }

  /** What became of a row, by its place in the page. */
  outcomeOf(inPage: number): Outcome {
    return ((itemAt(this.#bytes, inPage >> 2) >> ((inPage & 3) * 2)) & 3) as Outcome;
  }
}
