import assert from 'node:assert/strict';
import { it } from 'node:test';
import type pg from 'pg';
import { Draws } from '../../stats/random.ts';
import { clockMs } from './clock.ts';
import { startOpenLoop } from './open-loop.ts';
import { startPreciseTimer } from './precise-timer.ts';

it('does what is due, once each, and is woken when it is due, not before', async () => {
  const sessions = [{}, {}] as unknown as readonly pg.Client[];
  const startedMs = clockMs();
  const endMs = startedMs + 1_000;
  const wakeAtMs: number[] = [];
  let operations = 0;
  const loop = await startOpenLoop(
    {
      sessions,
      ratePerSecond: 50,
      endMs,
      draws: new Draws(1, 'open loop'),
      operate: async () => {
        operations++;
        return { kind: 'send', refused: false };
      },
    },
    async () => {
      const timer = await startPreciseTimer();
      return {
        ...timer,
        onWake: (wake) => {
          const armed = timer.onWake(wake);
          return {
            set: (dueMs) => {
              wakeAtMs.push(dueMs);
              armed.set(dueMs);
            },
          };
        },
      };
    },
  );
  await loop.finish();
  assert.ok(operations > 0);
  assert.equal(loop.samples.length, operations);
  const dueMs = loop.samples.map((sample) => sample.dueMs);
  for (const ms of dueMs) assert.ok(ms >= startedMs && ms < endMs);
  assert.ok(wakeAtMs.length > 0);
  assert.deepEqual(
    wakeAtMs.filter((ms) => !dueMs.includes(ms)),
    [],
  );
});
