// Which rows are written, where a table is spread over places by the hash of its numbers, as Citus does it.
// What is 0 here is set by ../row-writer.ts.
import {
  addressIn,
  batchRows,
  columnBytes,
  hashesHigh,
  hashesLow,
  numberHashes,
  phones,
  waitingHigh,
  waitingLow,
} from './batch';
import { hashValues } from './hash';

/** u8 [high half of hashtext, less the least]: the place of a number; 0: there is one place, and all rows are written. */
export let placeOfHash: usize = 0;
/** Whose rows are written. */
export let place: u32 = 0;

/** Works out where the rows of a batch belong, from their numbers. Leaves the hashes so far as they are. */
export function placeRows(): void {
  if (placeOfHash === 0) return;
  memory.copy(waitingHigh, hashesHigh, columnBytes);
  memory.copy(waitingLow, hashesLow, columnBytes);
  memory.fill(hashesHigh, 0, columnBytes);
  memory.fill(hashesLow, 0, columnBytes);
  hashValues(phones, 3);
  for (let row: u32 = 0; row < batchRows; row++) {
    const hash = load<u32>(addressIn(hashesLow, row)) ^ 0x80000000;
    store<u32>(addressIn(numberHashes, row), hash >> 16);
  }
  memory.copy(hashesHigh, waitingHigh, columnBytes);
  memory.copy(hashesLow, waitingLow, columnBytes);
}

/** Whether a row is one of those that are written. */
export function isHere(row: u32): bool {
  return (
    placeOfHash === 0 || load<u8>(placeOfHash + load<u32>(addressIn(numberHashes, row))) === place
  );
}
