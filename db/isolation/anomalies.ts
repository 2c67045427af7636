import type { IsolationLevel } from '../contract.ts';
import { type Dependency, dependenciesOf, shortestCycle, versionOrders } from './dependencies.ts';
import type { ListTransaction } from './transactions.ts';

/*
 * The second checker. It shares nothing with the first one, and knows nothing of opt-outs: it judges
 * transactions over lists by the phenomena of A. Adya, "Weak Consistency: A Generalized Theory and
 * Optimistic Implementations for Distributed Transactions" (MIT, 1999), found as K. Kingsbury and
 * P. Alvaro do in "Elle: Inferring Isolation Anomalies from Experimental Observations" (VLDB 2020).
 */

/** What a history shows that a serial one could not. */
export interface Anomaly {
  /** Adya's name or Elle's: G0, G1a, G1b, G1c, G-single, G-nonadjacent, G2-item; with `-realtime` where it takes the clock. */
  readonly name: string;
  /** Whether the levels of its transactions rule it out. */
  readonly isForbidden: boolean;
  readonly explanation: string;
}

/**
 * The anomalies of a history, forbidden ones first, each name once. Transactions of several levels may be
 * mixed. Of cycles it names a shortest one for each rule below, so a history with several may have others
 * beside those named; one that breaks any rule has a forbidden anomaly.
 *
 * What each level rules out, in PostgreSQL's meaning of it:
 * - every level: G0, G1a, G1b and G1c, also with an order of the clock in the cycle; a read that misses
 *   its own transaction's append; reads that no one order of appends explains.
 * - A cycle with anti-dependencies (rw: the first read a version that the second replaced) is ruled out
 *   where each rw follows an edge that ends before the snapshot of its reader is taken. Of the clock, that
 *   is every edge. Of ww and wr, it is those into a REPEATABLE READ or SERIALIZABLE transaction, whose one
 *   snapshot is older than anything it does: reading from, or appending after, a commit that its snapshot
 *   lacks is not to be had there. So snapshot isolation rules out G-single, and every cycle in which no
 *   two rw are neighbours.
 * - SERIALIZABLE: every cycle of ww, wr and rw among transactions that are all SERIALIZABLE.
 */
export function anomaliesOf(transactions: readonly ListTransaction[]): readonly Anomaly[] {
  const orders = versionOrders(transactions);
  const found = [
    ...orders.incompatible.map((explanation) => forbidden('incompatible-order', explanation)),
    ...abortedReads(transactions),
    ...intermediateReads(transactions),
    ...internalReads(transactions),
    ...cycles(transactions, dependenciesOf(transactions, orders.byKey)),
  ];
  const first = new Map<string, Anomaly>();
  for (const anomaly of found) {
    if (!first.has(anomaly.name)) first.set(anomaly.name, anomaly);
  }
  return [...first.values()];
}

function forbidden(name: string, explanation: string): Anomaly {
  return { name, isForbidden: true, explanation };
}

/** G1a: a committed transaction read what a rolled-back one wrote, or what nobody did. */
function* abortedReads(transactions: readonly ListTransaction[]): Generator<Anomaly> {
  for (const { reader, key, element, writer } of elementsRead(transactions)) {
    if (writer === undefined) {
      yield forbidden('garbage-read', `T${reader} read ${element} in list ${key}: nobody wrote it`);
    } else if (transactions[writer]?.isCommitted === false) {
      yield forbidden(
        'G1a',
        `T${reader} read ${element} in list ${key}, which T${writer} appended and rolled back`,
      );
    }
  }
}

/** G1b: a transaction read a list that ends with what was not the last append of another one. */
function* intermediateReads(transactions: readonly ListTransaction[]): Generator<Anomaly> {
  for (const { reader, key, element, writer, isLast } of elementsRead(transactions)) {
    if (!isLast || writer === undefined || writer === reader) continue;
    if (appendsOf(transactions[writer], key).at(-1) === element) continue;
    yield forbidden(
      'G1b',
      `T${reader} read list ${key} up to ${element}, after which T${writer} appended more to it`,
    );
  }
}

/** A read that lacks an earlier append of its own transaction, or differs from an earlier read of one snapshot. */
function* internalReads(transactions: readonly ListTransaction[]): Generator<Anomaly> {
  for (const [index, { level, isCommitted, operations }] of transactions.entries()) {
    if (!isCommitted) continue;
    const own = new Map<number, number[]>();
    const seen = new Map<number, readonly number[]>();
    for (const operation of operations) {
      const { key } = operation;
      const appended = own.get(key) ?? [];
      if (operation.f === 'append') {
        own.set(key, [...appended, operation.element]);
        continue;
      }
      const what = `T${index} read ${operation.list.join(' ') || 'nothing'} in list ${key}`;
      const before = seen.get(key);
      if (appended.some((element) => !operation.list.includes(element))) {
        yield forbidden('internal', `${what} after it had appended ${appended.join(' ')}`);
      } else if (before !== undefined && level !== 'read committed') {
        const expected = [...before, ...appended.filter((element) => !before.includes(element))];
        if (expected.join() !== operation.list.join()) {
          yield forbidden('internal', `${what} after ${before.join(' ') || 'nothing'}`);
        }
      }
      seen.set(key, operation.list);
    }
  }
}

function* elementsRead(transactions: readonly ListTransaction[]): Generator<{
  reader: number;
  key: number;
  element: number;
  writer: number | undefined;
  isLast: boolean;
}> {
  const writers = new Map<string, number>();
  for (const [index, transaction] of transactions.entries()) {
    for (const operation of transaction.operations) {
      if (operation.f === 'append') writers.set(`${operation.key} ${operation.element}`, index);
    }
  }
  for (const [reader, { isCommitted, operations }] of transactions.entries()) {
    if (!isCommitted) continue;
    for (const operation of operations) {
      if (operation.f === 'append') continue;
      const { key, list } = operation;
      for (const [place, element] of list.entries()) {
        const writer = writers.get(`${key} ${element}`);
        yield { reader, key, element, writer, isLast: place === list.length - 1 };
      }
    }
  }
}

function appendsOf(transaction: ListTransaction | undefined, key: number): readonly number[] {
  return (transaction?.operations ?? []).flatMap((operation) =>
    operation.f === 'append' && operation.key === key ? [operation.element] : [],
  );
}

/** The shortest cycle of each kind. */
function* cycles(
  transactions: readonly ListTransaction[],
  dependencies: readonly Dependency[],
): Generator<Anomaly> {
  const levelOf = (index: number): IsolationLevel => transactions[index]?.level ?? 'serializable';
  /** Whether an rw from where this edge ends is one that its reader's snapshot rules out. */
  const precedesSnapshot = ({ kind, to }: Dependency): boolean =>
    kind === 'rt' || (kind !== 'rw' && levelOf(to) !== 'read committed');
  /** Of a cycle, every transaction is where an edge begins. */
  const isOfSerializable = ({ from }: Dependency): boolean => levelOf(from) === 'serializable';

  const ofData = dependencies.filter(({ kind }) => kind !== 'rt');
  const searches: readonly (readonly [
    isForbidden: boolean,
    edges: readonly Dependency[],
    mayFollow: (edge: Dependency, next: Dependency) => boolean,
  ])[] = [
    // narrower kinds first: what is found gets the name of the least
    [true, dependencies.filter(({ kind }) => kind === 'ww'), () => true],
    [true, dependencies.filter(({ kind }) => kind !== 'rw'), () => true],
    [true, dependencies, (edge, next) => next.kind !== 'rw' || precedesSnapshot(edge)],
    [true, ofData.filter(isOfSerializable), () => true],
    [false, ofData, (edge, next) => edge.kind !== 'rw' || next.kind !== 'rw'],
    [false, ofData, () => true],
  ];
  for (const [isForbidden, edges, mayFollow] of searches) {
    const cycle = shortestCycle(edges, mayFollow);
    if (cycle === undefined) continue;
    const explanation = cycle
      .map(({ from, kind, why }) => `T${from} (${levelOf(from)}) ${kind}: ${why}`)
      .join('; ');
    yield { name: nameOf(cycle), isForbidden, explanation };
  }
}

function nameOf(cycle: readonly Dependency[]): string {
  const has = (kind: Dependency['kind']): boolean => cycle.some((edge) => edge.kind === kind);
  const antiDependencies = cycle.filter(({ kind }) => kind === 'rw').length;
  const plain = (): string => {
    if (antiDependencies === 1) return 'G-single';
    const areApart = cycle.every(
      ({ kind }, place) => kind !== 'rw' || cycle[(place + 1) % cycle.length]?.kind !== 'rw',
    );
    if (antiDependencies > 1) return areApart ? 'G-nonadjacent' : 'G2-item';
    return has('wr') ? 'G1c' : 'G0';
  };
  return has('rt') ? `${plain()}-realtime` : plain();
}
