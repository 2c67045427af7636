import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { it } from 'node:test';
import { until } from '../testing/embedded-drill.ts';
import { childrenOf, hasEnded, killWithChildren } from './kill-processes.ts';

it('a process is ended with its children at once, and one that is gone is no error', async () => {
  const parent = spawn('/bin/sh', ['-c', 'sleep 600 & sleep 600 & wait'], { stdio: 'ignore' });
  const ended = once(parent, 'exit');
  const pid = parent.pid ?? 0;
  await until('it has its children', async () => childrenOf(pid).length === 2);
  const children = childrenOf(pid);
  assert.ok(childrenOf(process.pid).includes(pid));
  await killWithChildren(pid);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  for (const child of children) assert.ok(hasEnded(child), `process ${child} is still there`);
  await killWithChildren(pid); // one that is gone is no error
});
