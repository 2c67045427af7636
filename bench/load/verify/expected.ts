import { FreshNumbers } from '../workload/fresh-numbers.ts';
import { countBits, OptOutLedger } from '../workload/opt-out-ledger.ts';
import type { RunRecord } from './run-record.ts';

/** What the reports of a number imply: bits are its slots (see OptOutLedger). */
export interface Expected {
  readonly phone: string;
  readonly number: number;
  readonly acknowledged: number;
  readonly attempted: number;
}

/** The numbers that somebody opted out of during the run. */
export function* numbersWithOptOuts(run: RunRecord): Generator<Expected> {
  const ledger = new OptOutLedger(run.ledger);
  const numbers = new FreshNumbers(run.freshAreas, run.seed);
  for (let number = 0; number < numbers.count; number++) {
    const attempted = ledger.attempted(number);
    if (attempted === 0) continue;
    yield {
      phone: numbers.phone(number),
      number,
      acknowledged: ledger.acknowledged(number),
      attempted,
    };
  }
}

/** Enough reports were acknowledged. */
export function mustBlock({ acknowledged }: Expected, { threshold }: RunRecord): boolean {
  return countBits(acknowledged) >= threshold;
}

/** Enough were attempted: some of them were never answered. */
export function mayBlock({ attempted }: Expected, { threshold }: RunRecord): boolean {
  return countBits(attempted) >= threshold;
}
