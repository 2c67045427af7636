import type pg from 'pg';
import { lacksSharedMemory } from '../cli/resources.ts';

/**
 * Does some work in a session, and again without parallel workers where the server has too little shared
 * memory for them. `work` is undone as a whole where it fails.
 *
 * @param say is told so, in one line
 */
export async function withoutWorkersIfShort<T>(
  client: pg.Client,
  work: () => Promise<T>,
  say: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!lacksSharedMemory(error)) throw error;
    say(
      'the server has too little shared memory for parallel workers (a container: --shm-size=1g): again without them',
    );
    await client.query('set max_parallel_workers_per_gather = 0');
    await client.query('set max_parallel_maintenance_workers = 0');
    return work();
  }
}
