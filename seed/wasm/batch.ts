// Rows are worked out in batches, column by column: four rows at a time then go through the same
// instructions (SIMD). Whatever is worked out for a batch is worked out for all its rows, used or not.

export const batchRows: u32 = 32;

/** How many bytes four rows have in a column, and how many all rows. */
export const laneBytes: usize = 16;
export const columnBytes: usize = 4 * batchRows;
const size: i32 = 4 * batchRows;

/** u32 [row]: the number of the row's message, and its contact. */
export const messages = memory.data(size, 16);
export const contacts = memory.data(size, 16);
/** u32 [row]: a message's profile and body, a report's ending, an opt-out's ordinal. */
export const senders = memory.data(size, 16);
export const texts = memory.data(size, 16);
export const endingKinds = memory.data(size, 16);
export const optOutOrdinals = memory.data(size, 16);

/** u32 [word][row]: values as they are stored, four bytes a word. */
export const phones = memory.data(3 * size, 16);
export const ids = memory.data(4 * size, 16);
export const references = memory.data(4 * size, 16);

/** u32 [row]: the hash of what is hashed so far. */
export const hashesHigh = memory.data(size, 16);
export const hashesLow = memory.data(size, 16);

/** The place of row `row` in a column. */
export function placeIn(column: usize, row: u32): usize {
  return column + ((<usize>row) << 2);
}
