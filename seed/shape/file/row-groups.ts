import type { SampleColumns } from './sample.ts';

/** Rows with one key. */
export interface Group {
  readonly key: number;
  readonly rows: number;
  /** How many different members they have, and the squares of the members' rows added up. */
  readonly members: number;
  readonly squares: number;
}

/** A number that a row has. */
export type Of = (columns: SampleColumns, row: number) => number;

/**
 * Groups the rows of a sample by sorting them, again and again in the same arrays, rather than by sets: many
 * groupings take no more memory than one.
 */
export class RowGroups {
  readonly #columns: SampleColumns;
  readonly #keys: Float64Array;
  readonly #members: Float64Array;
  readonly #order: Uint32Array;

  constructor(columns: SampleColumns) {
    this.#columns = columns;
    this.#keys = new Float64Array(columns.rows);
    this.#members = new Float64Array(columns.rows);
    this.#order = new Uint32Array(columns.rows);
  }

  /**
   * Groups rows by a key, and by a member within it, and hands the groups over by ascending key. A row whose key
   * is below 0 or no number is in no group.
   */
  each(keyOf: Of, memberOf: Of, take: (group: Group) => void): void {
    const keys = this.#keys;
    const members = this.#members;
    const sorted = this.#sorted(keyOf, memberOf);
    for (let from = 0; from < sorted.length; ) {
      const key = keys[sorted[from] as number] as number;
      const group = { key, rows: 0, members: 0, squares: 0 };
      let to = from;
      while (to < sorted.length && keys[sorted[to] as number] === key) {
        const member = members[sorted[to] as number];
        const first = to;
        while (
          to < sorted.length &&
          keys[sorted[to] as number] === key &&
          members[sorted[to] as number] === member
        ) {
          to++;
        }
        group.members++;
        group.squares += (to - first) ** 2;
      }
      group.rows = to - from;
      take(group);
      from = to;
    }
  }

  /** The rows that are in a group, by key and member. */
  #sorted(keyOf: Of, memberOf: Of): Uint32Array {
    const keys = this.#keys;
    const members = this.#members;
    let grouped = 0;
    for (let row = 0; row < keys.length; row++) {
      keys[row] = keyOf(this.#columns, row);
      members[row] = memberOf(this.#columns, row);
      if ((keys[row] as number) >= 0) this.#order[grouped++] = row;
    }
    return this.#order
      .subarray(0, grouped)
      .sort(
        (a, b) =>
          (keys[a] as number) - (keys[b] as number) ||
          (members[a] as number) - (members[b] as number),
      );
  }
}
