import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashOf, Numbering } from './numbering.ts';

describe('a numbering', () => {
  it('has one number a name, from 0', () => {
    const numbering = new Numbering(1_000);
    const names = Array.from({ length: 1_000 }, (_, n) => `name ${n}`);
    const numbers = () => names.map((name) => numbering.numberOf(hashOf(name, 1), hashOf(name, 2)));
    const expected = names.map((_, n) => n);
    assert.deepEqual(numbers(), expected);
    assert.deepEqual(numbers(), expected);
    assert.equal(numbering.size, 1_000);
    assert.throws(() => numbering.numberOf(1, 1), /more than 1000 names/);
  });

  it('tells names apart by either hash', () => {
    const numbering = new Numbering(4);
    const pairs = [
      [7, 7],
      [8, 7],
      [7, 15],
      [7, 8],
    ] as const;
    assert.deepEqual(
      pairs.map(([first, second]) => numbering.numberOf(first, second)),
      [0, 1, 2, 3],
    );
  });

  it('forgets those that do not stay, and numbers the others anew', () => {
    const numbering = new Numbering(100);
    for (let n = 0; n < 100; n++) numbering.numberOf(n, n);
    const renumbered: number[] = [];
    numbering.keep(
      (number, first) => number === first && first % 3 === 0,
      (from, to) => {
        renumbered[to] = from;
      },
    );
    assert.deepEqual(
      renumbered,
      Array.from({ length: 34 }, (_, n) => 3 * n),
    );
    assert.equal(numbering.numberOf(99, 99), 33);
    assert.equal(numbering.numberOf(98, 98), 34);
  });
});
