import type pg from 'pg';
import { defaultDesignName } from '../../../db/designs.ts';
import type { OptOutVerification } from '../results/results.ts';
import { countBits } from '../workload/opt-out-ledger.ts';
import { TableComparison } from './compare-tables.ts';
import { type Expected, mayBlock, mustBlock, numbersWithOptOuts } from './expected.ts';
import { probe } from './probe.ts';
import type { RunRecord } from './run-record.ts';

const batchNumbers = 1_000;
const examplesKept = 10;
const mostProbes = 1_000;

/**
 * Under the default design the tables themselves are compared, under every design a message is tried
 * to some of the numbers (and rolled back): blocked exactly where enough distinct profiles were told.
 */
export async function verifyOptOuts(
  client: pg.Client,
  run: RunRecord,
): Promise<OptOutVerification> {
  const differences: string[] = [];
  const differ = (line: string): void => {
    if (differences.length < examplesKept) differences.push(line);
  };
  const tables =
    run.design.name === defaultDesignName ? new TableComparison(client, run, differ) : undefined;
  const found = { numbers: 0, acknowledged: 0, mustBeBlocked: 0, mayBeBlocked: 0 };
  const toProbe: Expected[] = [];
  for (const batch of batches(numbersWithOptOuts(run), batchNumbers)) {
    for (const expected of batch) {
      found.numbers++;
      found.acknowledged += countBits(expected.acknowledged);
      if (mustBlock(expected, run)) found.mustBeBlocked++;
      else if (mayBlock(expected, run)) found.mayBeBlocked++;
      // Every number of a small run, fewer and fewer of a large one.
      if (toProbe.length < mostProbes) toProbe.push(expected);
      else if (expected.number % 97 === 0) toProbe[expected.number % mostProbes] = expected;
    }
    await tables?.compare(batch);
  }
  await tables?.compareTotals();
  await probe(client, run, toProbe, differ);
  return { ...found, probed: toProbe.length, differences };
}

function* batches<Item>(items: Iterable<Item>, size: number): Generator<readonly Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
