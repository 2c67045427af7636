import { itemAt } from '../item-at.ts';
import type { ListTransaction } from './transactions.ts';

/*
 * Adya's direct serialization graph of transactions over lists, with the order of the clock beside it,
 * and the shortest cycle in it. Nodes are indexes of transactions; only committed ones have edges.
 */

/** One edge: `to` depends on `from`. */
export interface Dependency {
  readonly from: number;
  readonly to: number;
  /**
   * ww: `to` appended next after `from`. wr: `to` read what `from` appended. rw: `from` read a list to
   * which `to` appended next. rt: `from` was acknowledged before `to` began.
   */
  readonly kind: 'ww' | 'wr' | 'rw' | 'rt';
  readonly why: string;
}

/** For each list, its elements in the order of their appends, as far as it is known. */
export interface VersionOrders {
  readonly byKey: ReadonlyMap<number, VersionOrder>;
  /** Reads that contradict each other, told as text. */
  readonly incompatible: readonly string[];
}

interface VersionOrder {
  /** The longest list that a committed transaction read: every other read must be a prefix of it. */
  readonly seen: readonly number[];
  /** Elements of committed transactions that nobody saw: they come after all that were seen, in no known order. */
  readonly unseen: readonly number[];
}

/** The order of appends to each list, from the reads of committed transactions. */
export function versionOrders(transactions: readonly ListTransaction[]): VersionOrders {
  const reads = new Map<number, (readonly number[])[]>();
  const appends = new Map<number, number[]>();
  for (const { isCommitted, operations } of transactions) {
    if (!isCommitted) continue;
    for (const operation of operations) {
      if (operation.f === 'read') {
        reads.set(operation.key, [...(reads.get(operation.key) ?? []), operation.list]);
      } else {
        appends.set(operation.key, [...(appends.get(operation.key) ?? []), operation.element]);
      }
    }
  }
  const byKey = new Map<number, VersionOrder>();
  const incompatible: string[] = [];
  for (const key of new Set([...reads.keys(), ...appends.keys()])) {
    const lists = [...(reads.get(key) ?? [])].sort((a, b) => b.length - a.length);
    const seen = lists[0] ?? [];
    for (const list of lists) {
      if (list.every((element, place) => element === seen[place])) continue;
      incompatible.push(`list ${key} was read as ${list.join(' ')} and as ${seen.join(' ')}`);
    }
    const unseen = (appends.get(key) ?? []).filter((element) => !seen.includes(element));
    byKey.set(key, { seen, unseen });
  }
  return { byKey, incompatible };
}

/** All edges. A transaction never depends on itself. */
export function dependenciesOf(
  transactions: readonly ListTransaction[],
  orders: ReadonlyMap<number, VersionOrder>,
): readonly Dependency[] {
  const committed = [...transactions.keys()].filter(
    (index) => itemAt(transactions, index).isCommitted,
  );
  const writers = new Map<string, number>();
  for (const index of committed) {
    for (const operation of itemAt(transactions, index).operations) {
      if (operation.f === 'append') writers.set(`${operation.key} ${operation.element}`, index);
    }
  }
  const edges: Dependency[] = [];
  const add = (
    from: number | undefined,
    kind: Dependency['kind'],
    to: number | undefined,
    why: string,
  ): void => {
    if (from !== undefined && to !== undefined && from !== to) edges.push({ from, to, kind, why });
  };
  const writerOf = (key: number, element: number | undefined): number | undefined =>
    element === undefined ? undefined : writers.get(`${key} ${element}`);

  for (const [key, { seen, unseen }] of orders) {
    for (const [place, element] of seen.entries()) {
      const next = place + 1 < seen.length ? [itemAt(seen, place + 1)] : unseen;
      for (const later of next) {
        const why = `${element} comes before ${later} in list ${key}`;
        add(writerOf(key, element), 'ww', writerOf(key, later), why);
      }
    }
  }
  for (const reader of committed) {
    for (const operation of itemAt(transactions, reader).operations) {
      if (operation.f === 'append') continue;
      const { key, list } = operation;
      const { seen, unseen } = orders.get(key) ?? { seen: [], unseen: [] };
      const last = list.at(-1);
      add(writerOf(key, last), 'wr', reader, `its ${last} was read in list ${key}`);
      const next = list.length < seen.length ? [itemAt(seen, list.length)] : unseen;
      for (const later of next) {
        const why = `it read list ${key} without ${later}`;
        add(reader, 'rw', writerOf(key, later), why);
      }
    }
  }
  for (const from of committed) {
    for (const to of committed) {
      const [earlier, later] = [itemAt(transactions, from), itemAt(transactions, to)];
      if (earlier.completedAt < later.invokedAt) {
        add(from, 'rt', to, `it was acknowledged before T${to} began`);
      }
    }
  }
  return edges;
}

/**
 * A shortest closed walk in which every two neighbours, the last and the first included, may follow each
 * other; undefined where there is none. Breadth-first over edges, from each of them.
 */
export function shortestCycle(
  edges: readonly Dependency[],
  mayFollow: (edge: Dependency, next: Dependency) => boolean,
): readonly Dependency[] | undefined {
  const leaving = new Map<number, Dependency[]>();
  for (const edge of edges) leaving.set(edge.from, [...(leaving.get(edge.from) ?? []), edge]);
  let shortest: readonly Dependency[] | undefined;
  for (const start of edges) {
    const cameFrom = new Map<Dependency, Dependency | undefined>([[start, undefined]]);
    for (const edge of cameFrom.keys()) {
      if (edge.to === start.from && mayFollow(edge, start)) {
        const cycle = pathTo(edge, cameFrom);
        if (shortest === undefined || cycle.length < shortest.length) shortest = cycle;
        break;
      }
      for (const next of leaving.get(edge.to) ?? []) {
        if (!cameFrom.has(next) && mayFollow(edge, next)) cameFrom.set(next, edge); // also visits it
      }
    }
  }
  return shortest;
}

function pathTo(
  end: Dependency,
  cameFrom: ReadonlyMap<Dependency, Dependency | undefined>,
): readonly Dependency[] {
  const path: Dependency[] = [];
  for (let edge: Dependency | undefined = end; edge !== undefined; edge = cameFrom.get(edge)) {
    path.unshift(edge);
  }
  return path;
}
