import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { watchPauses } from './generator-pause.ts';

it('a pause is as long as the process was busy, and waiting is none', async () => {
  const busyMs = 200;
  const longest = watchPauses();
  await delay(50);
  const until = performance.now() + busyMs;
  while (performance.now() < until);
  await delay(50);
  const pauseMs = longest();
  assert.ok(pauseMs >= busyMs - 10, `${pauseMs} ms`);

  // of 600 ms in which nothing is done no pause has all: a busy machine may well make some
  const longestIdle = watchPauses();
  for (let turn = 0; turn < 60; turn++) await delay(10);
  assert.ok(longestIdle() < 600);
});
