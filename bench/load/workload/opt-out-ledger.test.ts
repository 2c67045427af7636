import assert from 'node:assert/strict';
import { it } from 'node:test';
import { OptOutLedger } from './opt-out-ledger.ts';

const newLedger = (): OptOutLedger => new OptOutLedger(OptOutLedger.memory(5));

it('keeps what was attempted and what was acknowledged, of each number apart', () => {
  const ledger = newLedger();
  ledger.attempt(2, 7);
  ledger.attempt(2, 0);
  ledger.acknowledge(2, 7, 0);
  assert.deepEqual(
    [1, 2, 3].map((number) => [ledger.acknowledged(number), ledger.attempted(number)]),
    [
      [0, 0],
      [0x80, 0x81],
      [0, 0],
    ],
  );
});

it('is sure of no opt-out from an opt-in on, but of those reported after it', () => {
  const ledger = newLedger();
  for (const slot of [0, 1]) ledger.attempt(3, slot);
  ledger.acknowledge(3, 0, ledger.optIns(3));
  const before = ledger.optIns(3);
  ledger.optIn(3, 'begins');
  const meanwhile = ledger.optIns(3);
  ledger.acknowledge(3, 1, before);
  assert.equal(ledger.acknowledged(3), 0);
  ledger.optIn(3, 'ends');
  ledger.acknowledge(3, 1, before);
  ledger.acknowledge(3, 1, meanwhile);
  assert.equal(ledger.acknowledged(3), 0);
  assert.equal(ledger.attempted(3), 0b11, 'it may be there');
  ledger.acknowledge(3, 1, ledger.optIns(3));
  assert.equal(ledger.acknowledged(3), 0b10);
  assert.equal(new Set([before, meanwhile, ledger.optIns(3)]).size, 3);
  assert.equal(ledger.optIns(4), 0);
});

it('counts an opt-in that is said to end twice once', () => {
  const ledger = newLedger();
  ledger.optIn(1, 'begins');
  ledger.optIn(1, 'ends');
  ledger.optIn(1, 'ends');
  assert.equal(ledger.optIns(1), 2);
});

it('finds the last numbers of a kind among those it knows of, the last one first', () => {
  const ledger = newLedger();
  for (const number of [0, 1, 3]) ledger.attempt(number, 0);
  assert.deepEqual([...ledger.lastOf(() => true, 2)], [3, 1]);
  assert.deepEqual([...ledger.lastOf((number) => number < 3, 9)], [1, 0]);
});
