import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { watchPauses } from './generator-pause.ts';

const busyMs = 200;

function beBusy(): void {
  const until = performance.now() + busyMs;
  while (performance.now() < until);
}

for (const [when, work] of Object.entries({
  'from the beginning': async () => {
    beBusy();
    await delay(30);
  },
  'in the middle': async () => {
    await delay(30);
    beBusy();
    await delay(30);
  },
  'until the end': async () => {
    await delay(30);
    beBusy();
  },
})) {
  it(`a pause is as long as the process was busy, ${when}`, async () => {
    const longest = watchPauses();
    await work();
    const pauseMs = longest();
    assert.ok(pauseMs >= busyMs - 20, `${pauseMs} ms`);
  });
}

it('waiting is none', async () => {
  const longest = watchPauses();
  const began = performance.now();
  for (let turn = 0; turn < 60; turn++) await delay(10);
  assert.ok(longest() < performance.now() - began - 500);
});
