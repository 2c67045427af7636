// Rows are worked out in batches, column by column, so that four rows at a time go through the same
// instructions (SIMD). These take all rows of a batch; those beyond the last hold what an earlier batch
// left there, or 0.

export const batchRows: u32 = 32;

/** How many bytes four rows have in a column, and how many all rows. */
export const vectorBytes: usize = 16;
export const columnBytes: usize = 4 * batchRows;
const size: i32 = 4 * batchRows; // memory.data takes no usize

/** u32 [row]: the number of the row's message, and its contact (nothing else: numbersOf would not end). */
export const messages = memory.data(size, 16);
export const contacts = memory.data(size, 16);
/** u32 [row]: a message's profile and body, a report's ending, an opt-out's ordinal. */
export const senders = memory.data(size, 16);
export const texts = memory.data(size, 16);
export const endingKinds = memory.data(size, 16);
export const optOutOrdinals = memory.data(size, 16);

/** u32 [word][row]: values as they are stored, four bytes a word; a row refers to a message or a profile. */
export const phones = memory.data(3 * size, 16);
export const ids = memory.data(4 * size, 16);
export const references = memory.data(4 * size, 16);

/** u32 [row]: the hash of what is hashed so far, and where it waits while a number is hashed by itself. */
export const hashesHigh = memory.data(size, 16);
export const hashesLow = memory.data(size, 16);
export const waitingHigh = memory.data(size, 16);
export const waitingLow = memory.data(size, 16);

/** u32 [row]: the high half of the hash of the row's number, less the least. */
export const numberHashes = memory.data(size, 16);

/** Where a column has row `row`. */
export function addressIn(column: usize, row: u32): usize {
  return column + ((<usize>row) << 2);
}
