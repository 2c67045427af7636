import type { ModelPoint } from '../results/results.ts';

/**
 * The btree of blocked_contacts, predicted from page geometry.
 *
 * A page has 8,192 bytes, of which 24 are its header and 16 the btree's own part at the end. An index
 * tuple has 8 bytes of header and the phone: 12 characters and one length byte, rounded up to 24 in
 * all, and 4 bytes of line pointer. A leaf is filled to 90 % when it is built, an inner page to 70 %
 * (nbtree.h: BTREE_DEFAULT_FILLFACTOR, BTREE_NONLEAF_FILLFACTOR), and each page but the last of its
 * level spends one tuple on its high key. A key of one column cannot be truncated, so pivots are as
 * wide as leaves' tuples.
 */
export const pageBytes = 8_192;
const usableBytes = pageBytes - 24 - 16;
const tupleBytes = 24 + 4;
const tuplesPerLeaf = Math.floor((usableBytes - pageBytes * 0.1) / tupleBytes) - 1;
const tuplesPerInner = Math.floor((usableBytes - pageBytes * 0.3) / tupleBytes) - 1;

/** The largest table that the model is carried on to. */
export const largestModelled = 10_000_000_000;

/** The tree for so many rows, as CREATE INDEX or ascending inserts leave it. */
export function predictTree(rows: number): ModelPoint {
  let pages = Math.max(1, Math.ceil(rows / tuplesPerLeaf));
  const leaves = pages;
  let level = 0;
  let inner = 0;
  while (pages > 1) {
    pages = Math.ceil(pages / tuplesPerInner);
    inner += pages;
    level++;
  }
  return {
    rows,
    level,
    buffersPerProbe: level + 1,
    sizeBytes: (leaves + inner + 1) * pageBytes, // and the meta page
    innerBytes: inner * pageBytes,
  };
}

/** The model at 1,000, 3,000, 10,000 … ten billion rows. */
export function modelPoints(): readonly ModelPoint[] {
  const points: ModelPoint[] = [];
  for (let power = 1_000; power <= largestModelled; power *= 10) {
    points.push(predictTree(power));
    if (power * 3 <= largestModelled) points.push(predictTree(power * 3));
  }
  return points;
}
