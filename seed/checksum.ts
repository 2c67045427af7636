import { type Hash64, hashToBigInt } from './hash-bytes.ts';

/** What a table holds, in short: equal for equal rows in any order. */
export interface TableSummary {
  readonly rows: number;
  /** Exclusive or of all row hashes, as PostgreSQL's bit_xor(bigint) prints it. */
  readonly checksum: string;
}

/** Sums up a table row by row. How the columns of each table are hashed: `sql/checksum_*.sql`. */
export class RowSum {
  private rows = 0;
  private readonly sum: Hash64 = { high: 0, low: 0 };

  /** Takes in one row's hash. */
  add(hash: Hash64): void {
    this.rows++;
    this.sum.high ^= hash.high;
    this.sum.low ^= hash.low;
  }

  /** The rows so far. */
  summary(): TableSummary {
    return { rows: this.rows, checksum: String(hashToBigInt(this.sum)) };
  }
}
