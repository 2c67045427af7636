import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { laterWarmup, timeBlock, type Warmup } from './block.ts';

/** The clock ends none of them. */
const warmup: Warmup = { calls: 6, limitMs: Number.POSITIVE_INFINITY };

const counted = (): { calls: number; call: () => Promise<void> } => {
  const counter = {
    calls: 0,
    call: async () => {
      counter.calls++;
    },
  };
  return counter;
};

it('calls of the warm-up are made first, and are no samples', async () => {
  const counter = counted();
  let callsWhenWarm = 0;
  const { latenciesNs } = await timeBlock(
    { calls: [counter.call] },
    0,
    async () => {
      callsWhenWarm = counter.calls;
    },
    warmup,
  );
  assert.equal(callsWhenWarm, warmup.calls);
  assert.equal(latenciesNs.length, counter.calls - warmup.calls);
  assert.ok(latenciesNs.length > 0);
});

it('a slow call ends the warm-up by the clock', async () => {
  let callsWhenWarm = 0;
  let calls = 0;
  const slow = async (): Promise<void> => {
    calls++;
    await delay(20);
  };
  const note = async (): Promise<void> => {
    callsWhenWarm = calls;
  };
  await timeBlock({ calls: [slow] }, 0, note, { calls: 1_000, limitMs: 10 });
  assert.equal(callsWhenWarm, 1);
});

it('a later warm-up has as many executions as PL/pgSQL needs for a generic plan', () => {
  for (const rows of [1, 2, 10, 1_000]) assert.ok(laterWarmup(rows).calls * rows > 5, `${rows}`);
});

it('a supply is used up exactly, warm-up included', async () => {
  const counter = counted();
  const work = { calls: [counter.call], supply: 30 };
  const { latenciesNs } = await timeBlock(work, 0, async () => {}, warmup);
  assert.equal(counter.calls, 30);
  assert.equal(latenciesNs.length, 30 - warmup.calls);
});

it('clients take turns at the same time, each with its own samples, in ascending order', async () => {
  const counters = [counted(), counted(), counted()];
  const work = { calls: counters.map(({ call }) => call) };
  const { latenciesNs } = await timeBlock(work, 5, async () => {}, warmup);
  const measured = counters.reduce((sum, { calls }) => sum + calls - warmup.calls, 0);
  assert.equal(latenciesNs.length, measured);
  assert.deepEqual(latenciesNs, Float64Array.from(latenciesNs).sort());
});

it('a call that fails fails the block', async () => {
  const failing = { calls: [() => Promise.reject(new Error('refused'))] };
  await assert.rejects(
    timeBlock(failing, 0, async () => {}),
    /refused/,
  );
});
