import { deriveKey, mix, RandomSequence } from './mix.ts';
import { greatestCommonDivisor } from './permutation.ts';
import {
  columnCount,
  contactsPerTile,
  messagesPerTile,
  type Tile,
  windowCount,
} from './template.ts';

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
  readonly strides: Float64Array;
  readonly offsets: Float64Array;
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
  const strides = new Float64Array(messagesPerTile);
  const offsets = new Float64Array(messagesPerTile);
  for (let cell = 0; cell < messagesPerTile; cell++) {
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
export function shuffleOf(layout: Layout, window: number, group: number): number {
  const number = window * layout.tileCount + group;
  return (mix(number ^ layout.shuffleKey) & (shuffleCount - 1)) * columnCount;
}

/** The tile that a cell of a group belongs to. */
export function tileOf(layout: Layout, cell: number, group: number): number {
  const { tileCount } = layout;
  const value = (layout.strides[cell] as number) * group + (layout.offsets[cell] as number);
  // Faster than the % operator on numbers beyond 32 bits; the quotient may be off by one.
  const remainder = value - Math.floor(value / tileCount) * tileCount;
  return remainder < 0
    ? remainder + tileCount
    : remainder >= tileCount
      ? remainder - tileCount
      : remainder;
}

/** The contact that a cell of a group writes to, numbered through all tiles. */
export function contactOf(layout: Layout, cell: number, group: number): number {
  return tileOf(layout, cell, group) * contactsPerTile + (layout.tile.contact[cell] as number);
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

/** Walks through the rows of a selection, from any row on. */
export class Cursor {
  /** The row's message, in time order. */
  message = 0;
  /** Where the message stands in the tile. */
  cell = 0;
  group = 0;

  private readonly layout: Layout;
  private readonly selection: Selection;
  private window = 0;
  private rank = 0;
  private shuffle = 0;

  /** Stands before row `row`: the first `next()` moves onto it. */
  constructor(layout: Layout, selection: Selection, row = 0) {
    this.layout = layout;
    this.selection = selection;
    const { firstRows, rowsPerGroup } = selection;
    while (this.window < windowCount - 1 && row >= (firstRows[this.window + 1] as number))
      this.window++;
    const inWindow = row - (firstRows[this.window] as number);
    const perGroup = Math.max(1, rowsPerGroup[this.window] as number);
    this.group = Math.floor(inWindow / perGroup);
    this.rank = inWindow % perGroup;
    this.shuffle = shuffleOf(layout, this.window, this.group);
  }

  /** Moves onto the next row, which must exist. */
  next(): void {
    const { layout, selection } = this;
    while (this.rank === (selection.rowsPerGroup[this.window] as number)) {
      this.rank = 0;
      if (++this.group === layout.tileCount) {
        this.group = 0;
        this.window++;
      }
      this.shuffle = shuffleOf(layout, this.window, this.group);
    }
    const inWindow = this.window * shuffleCount * columnCount + this.shuffle + this.rank++;
    const position = selection.positions[inWindow] as number;
    this.cell = this.window * columnCount + (layout.columnAt[this.shuffle + position] as number);
    this.message = (this.window * layout.tileCount + this.group) * columnCount + position;
  }
}
