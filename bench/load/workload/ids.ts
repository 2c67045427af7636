/**
 * The ids of what a load run makes: uuids of version 7 (RFC 9562), made by the generator, so that a
 * lost connection leaves a question that can be asked ("is this one there?"), and so that the
 * database can be verified afterwards without having kept the ids.
 *
 *     tttttttt-tttt-7www-8sss-ssssssRRRRRR
 *     t: Unix time in ms    w: worker    s: the worker's number of the row    R: the run
 *
 * Within a worker, ids in order are numbers in order.
 */

/** A run's mark in its ids. */
export const runTagLimit = 0x1000000;

/** Makes the ids of one worker, for one table. */
export class IdMaker {
  readonly #workerPart: string;
  readonly #tagPart: string;
  #next = 0;
  #unixMs = 0;
  #timePart = '';

  constructor(worker: number, runTag: number) {
    this.#workerPart = `7${worker.toString(16).padStart(3, '0')}`;
    this.#tagPart = runTag.toString(16).padStart(6, '0');
  }

  /** How many were made. */
  get made(): number {
    return this.#next;
  }

  /** The next id, and its number. */
  make(): { readonly id: string; readonly number: number } {
    const number = this.#next++;
    const unixMs = Date.now();
    if (unixMs > this.#unixMs) {
      // never back: the order of ids must be the order of numbers, whatever the wall clock does
      this.#unixMs = unixMs;
      const hex = unixMs.toString(16).padStart(12, '0');
      this.#timePart = `${hex.slice(0, 8)}-${hex.slice(8)}`;
    }
    const hex = number.toString(16).padStart(9, '0');
    return {
      id: `${this.#timePart}-${this.#workerPart}-8${hex.slice(0, 3)}-${hex.slice(3)}${this.#tagPart}`,
      number,
    };
  }
}

/** What an id says, or undefined where it is not of this run. */
export function readId(
  id: string,
  runTag: number,
): { readonly worker: number; readonly number: number } | undefined {
  if (id[14] !== '7' || id[19] !== '8') return undefined;
  if (Number.parseInt(id.slice(30), 16) !== runTag) return undefined;
  return {
    worker: Number.parseInt(id.slice(15, 18), 16),
    number: Number.parseInt(id.slice(20, 23) + id.slice(24, 30), 16),
  };
}

/** An id as time and worker, number, and run: what pgbench can put together too. */
export function splitId(id: string): readonly [string, string, string] {
  return [id.slice(0, 20), id.slice(20, 23) + id.slice(24, 30), id.slice(30)];
}
