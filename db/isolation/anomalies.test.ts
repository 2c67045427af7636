import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IsolationLevel } from '../contract.ts';
import { anomaliesOf } from './anomalies.ts';
import type { ListTransaction, Operation } from './transactions.ts';

const [x, y, z] = [0, 1, 2];
const append = (key: number, element: number): Operation => ({ f: 'append', key, element });
const read = (key: number, ...list: readonly number[]): Operation => ({ f: 'read', key, list });

interface Made {
  readonly level?: IsolationLevel;
  readonly isCommitted?: boolean;
  /** From when to when it ran (default: all at the same time). */
  readonly at?: readonly [number, number];
}

let transactionsMade = 0;
function made(
  operations: readonly Operation[],
  { level = 'serializable', isCommitted = true, at = [0, 1000] }: Made = {},
): ListTransaction {
  const [invokedAt, completedAt] = at;
  return { process: transactionsMade++, level, isCommitted, invokedAt, completedAt, operations };
}

const namesOf = (...transactions: readonly ListTransaction[]): readonly string[] =>
  anomaliesOf(transactions).map(({ name, isForbidden }) => (isForbidden ? name : `(${name})`));

/** The same operations with all transactions at one level. */
const atLevel = (
  level: IsolationLevel,
  ...operations: readonly (readonly Operation[])[]
): readonly string[] => namesOf(...operations.map((each) => made(each, { level })));

describe('the second checker', () => {
  it('finds nothing in a serial history', () => {
    const history = [
      made([append(x, 1)], { at: [0, 1] }),
      made([read(x, 1), append(x, 2), append(y, 1)], { at: [2, 3] }),
      made([read(x, 1, 2), read(y, 1)], { at: [4, 5] }),
      made([append(x, 3), append(x, 4)], { at: [6, 7], isCommitted: false }),
    ];
    assert.deepEqual(namesOf(...history), []);
    assert.deepEqual(namesOf(), []);
  });

  it('finds G0: two transactions append in two orders', () => {
    const readers = [read(x, 1, 2), read(y, 2, 1)];
    for (const level of ['read committed', 'repeatable read', 'serializable'] as const) {
      const found = atLevel(
        level,
        [append(x, 1), append(y, 1)],
        [append(x, 2), append(y, 2)],
        readers,
      );
      assert.equal(found[0], 'G0', level);
    }
  });

  it('finds G1a: what was rolled back was read', () => {
    const rolledBack = made([append(x, 1)], { isCommitted: false });
    assert.deepEqual(namesOf(rolledBack, made([read(x, 1)])), ['G1a']);
    assert.deepEqual(namesOf(rolledBack, made([read(x, 1)], { isCommitted: false })), []);
  });

  it('finds what was read and nobody wrote', () => {
    assert.deepEqual(namesOf(made([read(x, 7)])), ['garbage-read']);
  });

  it('finds G1b: a list was read between two appends of one transaction', () => {
    const writer = [append(x, 1), append(x, 2)];
    assert.ok(atLevel('read committed', writer, [read(x, 1)]).includes('G1b'));
    assert.deepEqual(atLevel('read committed', writer, [read(x, 1, 2)]), []);
    assert.deepEqual(atLevel('read committed', [...writer, read(x, 1, 2)]), []);
    assert.deepEqual(atLevel('read committed', [append(x, 1), read(x, 1), append(x, 2)]), []);
  });

  it("finds G1c: the example of Elle's documentation", () => {
    const found = atLevel(
      'read committed',
      [append(x, 1), read(y, 1)],
      [append(x, 2), append(y, 1)],
      [read(x, 1, 2)],
    );
    assert.deepEqual(found, ['G1c']);
  });

  it('finds reads that no one order of appends explains', () => {
    const found = namesOf(
      made([append(x, 1)]),
      made([append(x, 2)]),
      made([read(x, 1, 2)]),
      made([read(x, 2)]),
    );
    assert.ok(found.includes('incompatible-order'));
    const rolledBack = made([read(x, 2)], { isCommitted: false });
    assert.deepEqual(
      namesOf(made([append(x, 1)]), made([append(x, 2)]), made([read(x, 1, 2)]), rolledBack),
      [],
    );
  });

  it('finds a read that lacks its own transaction’s append, at every level', () => {
    assert.ok(atLevel('read committed', [append(x, 1), read(x)]).includes('internal'));
  });

  it('finds two reads that differ, where there is one snapshot', () => {
    const operations = [[append(x, 1)], [read(x), read(x, 1)]];
    assert.ok(atLevel('repeatable read', ...operations).includes('internal'));
    assert.deepEqual(atLevel('read committed', ...operations), ['(G-single)']);
    assert.deepEqual(atLevel('repeatable read', [read(x), append(x, 1), read(x, 1)]), []);
  });

  it('names G-single at READ COMMITTED, and rules it out above: read skew', () => {
    const skew = [
      [append(x, 1), append(y, 1)],
      [read(x, 1), read(y)],
    ];
    assert.deepEqual(atLevel('read committed', ...skew), ['(G-single)']);
    assert.deepEqual(atLevel('repeatable read', ...skew), ['G-single']);
    assert.ok(atLevel('serializable', ...skew).includes('G-single'));
  });

  it('rules a lost update out from REPEATABLE READ on', () => {
    const lost = [[read(x), append(x, 1)], [read(x), append(x, 2)], [read(x, 1, 2)]];
    assert.deepEqual(atLevel('read committed', ...lost), ['(G-single)']);
    assert.equal(atLevel('repeatable read', ...lost)[0], 'G-single');
  });

  it('names G2-item up to REPEATABLE READ, and rules it out at SERIALIZABLE: write skew', () => {
    const skew = [
      [read(x), append(y, 1)],
      [read(y), append(x, 1)],
    ];
    assert.deepEqual(atLevel('read committed', ...skew), ['(G2-item)']);
    assert.deepEqual(atLevel('repeatable read', ...skew), ['(G2-item)']);
    assert.deepEqual(atLevel('serializable', ...skew), ['G2-item']);
  });

  it('holds a SERIALIZABLE transaction to nothing that only others could have kept', () => {
    const [first, second] = [
      [read(x), append(y, 1)],
      [read(y), append(x, 1)],
    ] as const;
    assert.deepEqual(namesOf(made(first), made(second, { level: 'repeatable read' })), [
      '(G2-item)',
    ]);
  });

  it('rules a long fork out from REPEATABLE READ on', () => {
    const fork = [[append(x, 1)], [append(y, 1)], [read(x, 1), read(y)], [read(x), read(y, 1)]];
    assert.deepEqual(atLevel('read committed', ...fork), ['(G-nonadjacent)']);
    assert.deepEqual(atLevel('repeatable read', ...fork), ['G-nonadjacent']);
  });

  it('rules out, at every level, what misses a commit that was acknowledged before it began', () => {
    for (const level of ['read committed', 'repeatable read', 'serializable'] as const) {
      const writer = made([append(x, 1)], { level, at: [0, 1] });
      const late = made([read(x)], { level, at: [2, 3] });
      const meanwhile = made([read(x)], { level, at: [0.5, 3] });
      assert.deepEqual(namesOf(writer, late), ['G-single-realtime'], level);
      assert.deepEqual(namesOf(writer, meanwhile), [], level);
    }
  });

  it('takes a committed append that nobody saw as one after all that were seen', () => {
    const lost = made([append(x, 1)], { at: [0, 1] });
    const after = made([append(x, 2)], { at: [2, 3] });
    const reader = made([read(x, 2)], { at: [4, 5] });
    assert.deepEqual(namesOf(lost, after, reader), ['G0-realtime']);
    assert.deepEqual(namesOf(lost, made([read(x)], { at: [4, 5] })), ['G-single-realtime']);
  });

  it('rules out a write order against the clock', () => {
    const history = [
      made([append(z, 2)], { at: [0, 1] }),
      made([append(z, 1)], { at: [2, 3] }),
      made([read(z, 1, 2)], { at: [4, 5] }),
    ];
    assert.deepEqual(namesOf(...history), ['G0-realtime']);
  });

  it('names the least of each rule, though a shorter cycle breaks another one', () => {
    const skew = [
      [append(3, 1), append(4, 1)],
      [read(3, 1), read(4)],
    ];
    const ofWrites = [
      [append(x, 1), append(z, 2)],
      [append(x, 2), append(y, 1)],
      [append(y, 2), append(z, 1)],
      [read(x, 1, 2)],
      [read(y, 1, 2)],
      [read(z, 1, 2)],
    ];
    assert.deepEqual(atLevel('repeatable read', ...skew, ...ofWrites), ['G0', 'G-single']);
    const ofReads = [
      [append(x, 1), read(z, 1)],
      [read(x, 1), append(y, 1)],
      [read(y, 1), append(z, 1)],
    ];
    assert.deepEqual(atLevel('repeatable read', ...skew, ...ofReads), ['G1c', 'G-single']);
    const twoThatRead = [
      [append(3, 1), read(4, 1)],
      [read(3, 1), append(4, 1)],
    ];
    assert.deepEqual(atLevel('read committed', ...twoThatRead, ...ofWrites), ['G0', 'G1c']);
  });

  it('explains a cycle by its transactions and why each depends on the one before', () => {
    const [anomaly] = anomaliesOf([
      made([append(x, 1), append(y, 1)], { level: 'repeatable read' }),
      made([read(x, 1), read(y)], { level: 'repeatable read' }),
    ]);
    assert.match(anomaly?.explanation ?? '', /T0 .*wr: its 1 was read in list 0/);
    assert.match(anomaly?.explanation ?? '', /T1 .*rw: it read list 1 without 1/);
  });
});
