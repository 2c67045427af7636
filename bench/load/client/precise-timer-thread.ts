import { parentPort, workerData } from 'node:worker_threads';
import { clockMs } from './clock.ts';

/*
 * Sleeps until the time in `due` and then posts a message, again and again. A thread of its own
 * because only a futex sleeps for fractions of a millisecond without using the processor: Node's
 * timers count whole ones.
 */
const { control, due } = workerData as { control: Int32Array; due: Float64Array };

for (;;) {
  const changes = Atomics.load(control, 0);
  if (Atomics.load(control, 1) === 1) break;
  const dueMs = due[0] ?? Number.POSITIVE_INFINITY;
  const leftMs = dueMs - clockMs();
  if (leftMs <= 0) {
    due[0] = Number.POSITIVE_INFINITY;
    parentPort?.postMessage(null);
  } else Atomics.wait(control, 0, changes, leftMs);
}
