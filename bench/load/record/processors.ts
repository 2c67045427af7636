import { cpus } from 'node:os';
import type { Processors } from '../results/results.ts';

/** Watches the processors from its making on. */
export class ProcessorWatch {
  readonly #machine = machineTimes();
  readonly #own = process.cpuUsage();
  readonly #startMs = performance.now();

  /** What they did until now. */
  read(): Processors {
    const elapsedMs = performance.now() - this.#startMs;
    const { user, system } = process.cpuUsage(this.#own);
    const machine = machineTimes();
    const busyMs = machine.busyMs - this.#machine.busyMs;
    const allMs = machine.allMs - this.#machine.allMs;
    const { count } = machine;
    const rounded = (value: number): number => Math.round(value * 100) / 100;
    return {
      count,
      busy: rounded(allMs === 0 ? 0 : (count * busyMs) / allMs),
      generator: rounded((user + system) / 1000 / elapsedMs),
    };
  }
}

function machineTimes(): {
  readonly count: number;
  readonly busyMs: number;
  readonly allMs: number;
} {
  let [busyMs, allMs] = [0, 0];
  const processors = cpus();
  for (const { times } of processors) {
    const working = times.user + times.nice + times.sys + times.irq;
    busyMs += working;
    allMs += working + times.idle;
  }
  return { count: processors.length, busyMs, allMs };
}
