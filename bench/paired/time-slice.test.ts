import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Arm } from '../results/results.ts';
import { seededRandom } from '../stats/random.ts';
import { type ArmCalls, timeSlice } from './time-slice.ts';

/** Calls that note when each begins and ends. */
function noted(arm: Arm, clients: number, log: string[]): ArmCalls {
  return Array.from({ length: clients }, (_, client) => async () => {
    log.push(`${arm} ${client} begins`);
    await setImmediate();
    log.push(`${arm} ${client} ends`);
  });
}

describe('a slice', () => {
  it('lets the arms take turns: never two at a time, both of a pair before the next pair', async () => {
    const log: string[] = [];
    const calls = { treatment: noted('treatment', 1, log), control: noted('control', 1, log) };
    await timeSlice(calls, 40, seededRandom(1));
    assert.equal(log.length, 160);
    for (let turn = 0; turn < log.length; turn += 2) {
      assert.equal(log[turn]?.replace('begins', 'ends'), log[turn + 1]);
    }
    for (let pair = 0; pair < log.length; pair += 4) {
      assert.notEqual(log[pair]?.split(' ')[0], log[pair + 2]?.split(' ')[0]);
    }
  });

  it('draws the order of each pair by the seed', async () => {
    const order = async (seed: number): Promise<string[]> => {
      const log: string[] = [];
      const calls = { treatment: noted('treatment', 1, log), control: noted('control', 1, log) };
      await timeSlice(calls, 40, seededRandom(seed));
      return log.filter((_, index) => index % 4 === 0);
    };
    const once = await order(1);
    assert.deepEqual(await order(1), once);
    assert.notDeepEqual(await order(2), once);
    assert.equal(new Set(once).size, 2);
  });

  it('has the samples in the order of time, of each client and of each turn the mean', async () => {
    let calls = 0;
    const call = async (): Promise<void> => {
      const until = performance.now() + ++calls;
      while (performance.now() < until);
    };
    const { treatment, control } = await timeSlice({ treatment: [call] }, 5, seededRandom(1));
    assert.equal(control, undefined);
    assert.deepEqual(treatment?.turnsNs, treatment?.byClient[0]);
    for (const [turn, ns] of (treatment?.turnsNs ?? []).entries()) {
      assert.ok(ns >= (turn + 1) * 0.99e6, `${turn}: ${ns}`);
    }
    assert.equal(treatment?.turnsNs.length, 5);
  });

  it('runs all clients of an arm together, and waits for the last', async () => {
    const log: string[] = [];
    const calls = { treatment: noted('treatment', 3, log), control: noted('control', 3, log) };
    const { treatment } = await timeSlice(calls, 10, seededRandom(1));
    assert.equal(treatment?.byClient.length, 3);
    for (let turn = 0; turn < log.length; turn += 6) {
      const own = log.slice(turn, turn + 6);
      assert.equal(new Set(own.map((line) => line.split(' ')[0])).size, 1, own.join());
      assert.ok(own.slice(0, 3).every((line) => line.endsWith('begins')));
    }
  });

  it('fails with the first call that fails, of either arm', async () => {
    for (const failing of ['treatment', 'control'] as const) {
      let left = 3;
      const log: string[] = [];
      const fails = async (): Promise<void> => {
        if (left-- === 0) throw new Error(`${failing} failed`);
      };
      const calls = {
        treatment: noted('treatment', 1, log),
        control: noted('control', 1, log),
        [failing]: [fails],
      };
      await assert.rejects(timeSlice(calls, 40, seededRandom(1)), new RegExp(`${failing} failed`));
    }
  });
});
