// From one row of a selection to the next; where any one stands is said by placeOf in ../layout.ts.
// What is 0 here is set by ../row-writer.ts.
import { mix } from './mix';

export let tileCount: u32 = 0;
export let shuffleKey: u32 = 0;
/** u8 [shuffle][position]: the column at each position of a group. */
export let columnAt: usize = 0;
/** u32 [cell]: how groups map onto tiles. */
export let strides: usize = 0;
export let offsets: usize = 0;
/** u16 [cell]: which of its tile's contacts a message goes to; and how many contacts a tile has. */
export let tileContacts: usize = 0;
export let contactsPerTile: u32 = 0;
/** u8 [window]: selected cells of each window. */
export let rowsPerGroup: usize = 0;
/** u8 [window][shuffle][rank]: the selected positions of a group, in order. */
export let positions: usize = 0;

// As in ../../data-set/tile-plan.ts and layout.ts; constants, which are cheaper to multiply by
const columnCount: u32 = 20;
const shuffleCount: u32 = 64;

/** The row that the walk stands on: its message in time order, and its cell of the tile. */
export let message: u32 = 0;
export let cell: u32 = 0;

/** Its window and group, and how many of the group's rows are done. */
export let window: u32 = 0;
export let group: u32 = 0;
let rank: u32 = 0;
let shuffle: u32 = 0;

/** Moves onto the next row of the selection, which must exist; at first onto the first of the group that it was set to. */
export function next(): void {
  if (rank === 0) shuffle = shuffleOf();
  while (rank === load<u8>(rowsPerGroup + window)) {
    rank = 0;
    if (++group === tileCount) {
      group = 0;
      window++;
    }
    shuffle = shuffleOf();
  }
  const position: u32 = load<u8>(
    positions + window * shuffleCount * columnCount + shuffle + rank++,
  );
  cell = window * columnCount + load<u8>(columnAt + shuffle + position);
  message = (window * tileCount + group) * columnCount + position;
}

/** The contact that the row's message goes to. */
export function contact(): u32 {
  const stride = <u64>load<u32>(strides + (cell << 2));
  const offset = <u64>load<u32>(offsets + (cell << 2));
  const tile = <u32>((stride * group + offset) % tileCount);
  return tile * contactsPerTile + load<u16>(tileContacts + (cell << 1));
}

function shuffleOf(): u32 {
  return (mix((window * tileCount + group) ^ shuffleKey) & (shuffleCount - 1)) * columnCount;
}
