import { clockMs } from '../load/client/clock.ts';

/** How often it is looked whether the process goes on. */
const everyMs = 10;

/**
 * Watches whether this process, which sends the traffic, stands still: because it is busy with something else, or
 * the machine does not let it run. Operations are late then that no server kept waiting.
 *
 * @returns a function that ends it and tells the longest such pause, in milliseconds, to some 10
 */
export function watchPauses(): () => number {
  let lastMs = clockMs();
  let longestMs = 0;
  const look = (): void => {
    const nowMs = clockMs();
    longestMs = Math.max(longestMs, nowMs - lastMs - everyMs);
    lastMs = nowMs;
  };
  const timer = setInterval(look, everyMs);
  return () => {
    clearInterval(timer);
    look();
    return longestMs;
  };
}
