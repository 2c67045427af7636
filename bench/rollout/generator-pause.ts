import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it is looked whether the process goes on. */
const resolutionMs = 5;

/**
 * Watches whether this process, which sends the traffic, stands still by its own doing: whatever keeps it busy
 * for long makes operations late that nobody kept waiting.
 *
 * @returns a function that ends it and tells the longest such pause, in milliseconds
 */
export function watchPauses(): () => number {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  return () => {
    delays.disable();
    return Math.max(0, delays.max / 1e6 - resolutionMs);
  };
}
