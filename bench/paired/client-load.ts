import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { ClientLoad } from '../results/results.ts';
import { thousandths } from '../stats/thousandths.ts';

/** Above this share of its time, the measuring process is taken to be the limit. */
const clientLimitedAbove = 0.9;

/** Watches this process while slices are timed, and only then. */
export interface LoadMeter {
  resume(): void;
  pause(statements: number): void;
  stop(): void;
  /** Nothing where nothing was timed. */
  result(): { readonly client?: ClientLoad };
}

/** Begins paused. */
export function startLoad(): LoadMeter {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let statements = 0;
  let activeMs = 0;
  let wallMs = 0;
  let cpuUs = 0;
  let since = performance.eventLoopUtilization();
  let cpu = process.cpuUsage();
  return {
    resume() {
      since = performance.eventLoopUtilization();
      cpu = process.cpuUsage();
      delay.enable();
    },
    pause(count) {
      delay.disable();
      const used = performance.eventLoopUtilization(since);
      activeMs += used.active;
      wallMs += used.active + used.idle;
      const spent = process.cpuUsage(cpu);
      cpuUs += spent.user + spent.system;
      statements += count;
    },
    stop: () => {
      delay.disable();
    },
    result: () => {
      if (statements === 0) return {};
      const utilisation = activeMs / wallMs;
      return {
        client: {
          eventLoopDelayP99Ns: Math.round(delay.percentile(99)),
          utilisation: thousandths(utilisation),
          cpuNsPerStatement: Math.round((cpuUs * 1_000) / statements),
          clientLimited: utilisation > clientLimitedAbove,
        },
      };
    },
  };
}
