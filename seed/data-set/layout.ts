import { deriveKey, lowbias32, RandomSequence } from './counter-random.ts';
import { greatestCommonDivisor } from './permutation.ts';
import type { Tile } from './tile.ts';
import { columnCount } from './tile-plan.ts';

/**
 * How the tiles are woven into one stream of messages in time.
 *
 * A window of time holds the window's messages of all tiles, in *groups* of `columnCount`. Each group
 * holds each column once, in one of `shuffleCount` orders, and each column of it belongs to another
 * tile: for a cell, groups map onto tiles one to one by (stride * group + offset) mod tileCount.
 * So message, group and tile can each be found from the others by arithmetic.
 */
export interface Layout {
  /** How many tiles there are, and so how many groups in each window. */
  readonly tileCount: number;
  readonly tile: Tile;
  /** For each shuffle, the column at each position of a group. */
  readonly columnAt: Uint8Array;
  readonly shuffleKey: number;
  readonly strides: Uint32Array;
  readonly offsets: Uint32Array;
}

/** How many different orders the columns of a group come in; a power of two. */
const shuffleCount = 64;

/** Lays out `tileCount` tiles. */
export function createLayout(tile: Tile, tileCount: number, seed: number): Layout {
  const random = new RandomSequence(deriveKey(seed, 'layout'));
  const columns = [...Array(columnCount).keys()];
  const columnAt = Uint8Array.from(
    Array.from({ length: shuffleCount }, () => random.shuffled(columns)).flat(),
  );
  const strides = new Uint32Array(tile.messages);
  const offsets = new Uint32Array(tile.messages);
  for (let cell = 0; cell < tile.messages; cell++) {
    strides[cell] = drawCoprime(tileCount, random);
    offsets[cell] = random.below(Math.max(1, tileCount));
  }
  const shuffleKey = deriveKey(seed, 'shuffles');
  return { tileCount, tile, columnAt, shuffleKey, strides, offsets };
}

/** A multiplier that maps 0 … modulus - 1 onto itself. */
function drawCoprime(modulus: number, random: RandomSequence): number {
  if (modulus <= 1) return 0;
  for (;;) {
    const candidate = 1 + random.below(modulus - 1);
    if (greatestCommonDivisor(candidate, modulus) === 1) return candidate;
  }
}

/** Which of the shuffles a group has, as an index into `columnAt`. */
function shuffleOf(layout: Layout, window: number, group: number): number {
  const number = window * layout.tileCount + group;
  return (lowbias32(number ^ layout.shuffleKey) & (shuffleCount - 1)) * columnCount;
}

/** The tile that a cell of a group belongs to. */
function tileOf(layout: Layout, cell: number, group: number): number {
  const { strides, offsets, tileCount } = layout;
  return ((strides[cell] as number) * group + (offsets[cell] as number)) % tileCount;
}

/** The contact that a cell of a group writes to, numbered through all tiles. */
export function contactOf(layout: Layout, cell: number, group: number): number {
  return tileOf(layout, cell, group) * layout.tile.contacts + (layout.tile.contact[cell] as number);
}

/**
 * The cells that have something (a report, say): for each, one row in each tile. Rows are numbered in
 * the time order of their messages.
 */
export interface Selection {
  readonly rows: number;
  /** Selected cells in each window, and so rows in each of its groups. */
  readonly rowsPerGroup: Uint8Array;
  /** The number of each window's first row. */
  readonly firstRows: Float64Array;
  /** For each window and shuffle: the selected positions of a group, in order. */
  readonly positions: Uint8Array;
}

/** Selects the cells for which `has` is true. */
export function selectCells(layout: Layout, has: (cell: number) => boolean): Selection {
  const { windows: windowCount } = layout.tile;
  const rowsPerGroup = new Uint8Array(windowCount);
  const firstRows = new Float64Array(windowCount + 1);
  const positions = new Uint8Array(windowCount * shuffleCount * columnCount);
  for (let window = 0; window < windowCount; window++) {
    for (let shuffle = 0; shuffle < shuffleCount; shuffle++) {
      const start = (window * shuffleCount + shuffle) * columnCount;
      let selected = 0;
      for (let position = 0; position < columnCount; position++) {
        const column = layout.columnAt[shuffle * columnCount + position] as number;
        if (has(window * columnCount + column)) positions[start + selected++] = position;
      }
      rowsPerGroup[window] = selected;
    }
    firstRows[window + 1] =
      (firstRows[window] as number) + (rowsPerGroup[window] as number) * layout.tileCount;
  }
  return { rows: firstRows[windowCount] as number, rowsPerGroup, firstRows, positions };
}

/** Where a row's message stands. */
export interface Place {
  /** The message's number, in time order. */
  readonly message: number;
  /** Its cell of the tile. */
  readonly cell: number;
  readonly group: number;
}

/**
 * The place of row `row` of a selection.
 *
 * @throws RangeError where there is no such row
 */
export function placeOf(layout: Layout, selection: Selection, row: number): Place {
  const { rows, firstRows, rowsPerGroup, positions } = selection;
  if (!Number.isInteger(row) || row < 0 || row >= rows) {
    throw new RangeError(`row ${row} does not exist: there are ${rows}`);
  }
  let window = 0;
  while (row >= (firstRows[window + 1] as number)) window++;
  const inWindow = row - (firstRows[window] as number);
  const perGroup = rowsPerGroup[window] as number;
  const group = Math.floor(inWindow / perGroup);
  const shuffle = shuffleOf(layout, window, group);
  const rank = window * shuffleCount * columnCount + shuffle + (inWindow % perGroup);
  const position = positions[rank] as number;
  return {
    message: (window * layout.tileCount + group) * columnCount + position,
    cell: window * columnCount + (layout.columnAt[shuffle + position] as number),
    group,
  };
}
