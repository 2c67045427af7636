import { Bench } from 'tinybench';
import type { BlockWork } from '../scenarios/scenario.ts';

/** How many calls, and after how long a slow statement's warm-up ends before them. */
export interface Warmup {
  readonly calls: number;
  readonly limitMs: number;
}

/** Executions after which PL/pgSQL has settled on a generic plan: five are planned each for itself. */
const executionsUntilSettled = 6;

/** Unmeasured calls before the first block of a session: the driver's plans settle, too. */
export const firstWarmup: Warmup = { calls: 8, limitMs: 400 };

/**
 * Unmeasured calls before a later block. The switch made the trigger anew, and with it all that
 * PL/pgSQL keeps of its function, which runs for each row of a statement.
 */
export function laterWarmup(rowsPerStatement: number): Warmup {
  return {
    calls: Math.max(2, Math.ceil(executionsUntilSettled / rowsPerStatement)),
    limitMs: 40,
  };
}

/** A block has at least so many samples, however slow the statement. */
const fewestSamples = 2;

/** What one block gave. */
export interface BlockSamples {
  readonly latenciesNs: Float64Array;
  readonly durationMs: number;
}

/**
 * Times a block in the closed loop: unmeasured calls first, then as many as fit into `blockMs` (or as
 * the supply has), each client's one after another, the clients at the same time.
 */
export async function timeBlock(
  work: BlockWork,
  blockMs: number,
  afterWarmup: () => Promise<void>,
  warmup: Warmup = firstWarmup,
): Promise<BlockSamples> {
  const warmed = await warmUp(work, warmup);
  await afterWarmup();
  const bench = new Bench({
    timestampProvider: 'hrtimeNow',
    warmup: false,
    retainSamples: true,
    throws: true,
    concurrency: work.calls.length > 1 ? 'bench' : null,
    time: work.supply === undefined ? blockMs : 0,
    iterations: work.supply === undefined ? fewestSamples : work.supply - warmed,
  });
  for (const [index, call] of work.calls.entries()) {
    bench.add(`client ${index + 1}`, call, { async: true });
  }
  const startedMs = performance.now();
  await bench.run();
  const durationMs = performance.now() - startedMs;
  const samplesMs = bench.tasks.flatMap(({ result }) => {
    if (!('latency' in result)) throw new Error(`a block was not completed: ${result.state}`);
    const { samples } = result.latency;
    if (samples === undefined) throw new Error('a block kept no samples');
    return samples;
  });
  return {
    latenciesNs: Float64Array.from(samplesMs, (sampleMs) => sampleMs * 1e6).sort(),
    durationMs,
  };
}

/** Returns how many calls each client made. */
async function warmUp(work: BlockWork, { calls: wanted, limitMs }: Warmup): Promise<number> {
  const startedMs = performance.now();
  let calls = 0;
  do {
    await Promise.all(work.calls.map((call) => call()));
    calls++;
  } while (calls < wanted && performance.now() - startedMs < limitMs);
  return calls;
}
