import { once } from 'node:events';
import type { Timer } from './engine.ts';
import { startThread } from './thread.ts';

/** An timer that is exact to some tens of microseconds, kept by a thread of its own. */
export interface PreciseTimer {
  /** Who is to be woken. Call once. */
  onWake(wake: () => void): Timer;
  close(): Promise<void>;
}

/** Starts the thread. */
export async function startPreciseTimer(): Promise<PreciseTimer> {
  const control = new Int32Array(new SharedArrayBuffer(8));
  const due = new Float64Array(new SharedArrayBuffer(8));
  // Infinity would be waited for and ended only by a change; a first timer at once says "ready".
  const thread = startThread(new URL('./precise-timer-thread.ts', import.meta.url), {
    control,
    due,
  });
  await once(thread, 'message');
  const changed = (): void => {
    Atomics.add(control, 0, 1);
    Atomics.notify(control, 0);
  };
  let setForMs = Number.POSITIVE_INFINITY;
  return {
    onWake(wake) {
      thread.on('message', () => {
        setForMs = Number.POSITIVE_INFINITY;
        wake();
      });
      return {
        set(dueMs) {
          // One that goes off too early costs a look at the clock; moving it would cost a system call.
          if (dueMs >= setForMs) return;
          setForMs = dueMs;
          due[0] = dueMs;
          changed();
        },
      };
    },
    async close() {
      Atomics.store(control, 1, 1);
      changed();
      await once(thread, 'exit');
    },
  };
}
