import type pg from 'pg';
import { OutcomePage, outcomes, rowsPerPage } from '../record/outcome-log.ts';
import type { RowVerification } from '../results/results.ts';
import { readId } from '../workload/ids.ts';
import type { RunRecord } from './run-record.ts';
import { runRows } from './run-rows.ts';

const examplesKept = 10;

interface MutableVerification {
  acknowledged: number;
  missing: number;
  absent: number;
  unexpected: number;
  unknown: number;
  unknownThere: number;
  examples: string[];
}

/**
 * Streams the run's rows in the order of their ids. Each worker's rows come in the order of their
 * numbers, so one page of outcomes for each worker is enough memory, however long the run was.
 */
export async function verifyRows(
  client: pg.Client,
  run: RunRecord,
  kind: 'messages' | 'reports',
): Promise<RowVerification> {
  const found: MutableVerification = {
    acknowledged: 0,
    missing: 0,
    absent: 0,
    unexpected: 0,
    unknown: 0,
    unknownThere: 0,
    examples: [],
  };
  const readers = run.workers.map(
    ({ result, messageOutcomes, reportOutcomes }, worker) =>
      new PageReader(
        worker,
        kind === 'messages' ? messageOutcomes : reportOutcomes,
        result.made[kind],
        found,
      ),
  );
  for await (const rows of runRows(client, kind, run)) {
    for (const { id } of rows) {
      const read = readId(id, run.runTag);
      if (read !== undefined) readers[read.worker]?.there(read.number);
    }
  }
  for (const reader of readers) reader.finish();
  return found;
}

/** Goes through the outcomes of one worker, page by page, beside the rows that are there. */
class PageReader {
  readonly #worker: number;
  readonly #path: string;
  readonly #made: number;
  readonly #found: MutableVerification;
  #pageNumber = 0;
  #there = new Uint8Array(rowsPerPage);

  constructor(worker: number, path: string, made: number, found: MutableVerification) {
    this.#worker = worker;
    this.#path = path;
    this.#made = made;
    this.#found = found;
  }

  there(number: number): void {
    const pageNumber = Math.floor(number / rowsPerPage);
    while (this.#pageNumber < pageNumber) this.#closePage();
    this.#there[number % rowsPerPage] = 1;
  }

  finish(): void {
    while (this.#pageNumber * rowsPerPage < this.#made) this.#closePage();
  }

  #closePage(): void {
    const page = new OutcomePage(this.#path, this.#pageNumber);
    const first = this.#pageNumber * rowsPerPage;
    const rows = Math.min(rowsPerPage, this.#made - first);
    for (let inPage = 0; inPage < rows; inPage++) {
      this.#compare(first + inPage, page.outcomeOf(inPage), this.#there[inPage] === 1);
    }
    this.#pageNumber++;
    this.#there = new Uint8Array(rowsPerPage);
  }

  #compare(number: number, outcome: number, isThere: boolean): void {
    const found = this.#found;
    if (outcome === outcomes.there) {
      found.acknowledged++;
      if (isThere) return;
      found.missing++;
      if (found.examples.length < examplesKept) {
        found.examples.push(`worker ${this.#worker} number ${number}`);
      }
    } else if (outcome === outcomes.absent) {
      found.absent++;
      if (isThere) found.unexpected++;
    } else {
      found.unknown++;
      if (isThere) found.unknownThere++;
    }
  }
}
