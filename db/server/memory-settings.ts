import { availableParallelism, totalmem } from 'node:os';

const mebibyte = 1024 ** 2;

/** Memory that this process may count on, in bytes: the machine's, or its container's limit. */
export function memoryBytes(): number {
  const constrained = process.constrainedMemory();
  return constrained !== undefined && constrained > 0
    ? Math.min(constrained, totalmem())
    : totalmem();
}

/**
 * The settings that follow from memory and cores, as lines of a postgresql.conf.
 * The shares are those of the PostgreSQL manual, section "Resource Consumption".
 */
export function memorySettings(
  memory: number = memoryBytes(),
  cores: number = availableParallelism(),
): readonly string[] {
  const share = (part: number, leastMiB: number, mostMiB: number): string =>
    `${Math.round(Math.min(mostMiB, Math.max(leastMiB, (memory * part) / mebibyte)))}MB`;
  return [
    `shared_buffers = ${share(1 / 4, 64, 16_384)}          # a quarter of memory; the rest caches files`,
    `effective_cache_size = ${share(3 / 4, 128, 262_144)}   # what the planner may expect to be cached`,
    `maintenance_work_mem = ${share(1 / 12, 64, 2_048)}    # index builds sort in memory`,
    `work_mem = ${share(1 / 384, 4, 64)}                   # the verifier's joins and counts`,
    `max_worker_processes = ${cores + 6}`,
    `max_parallel_workers = ${cores}`,
    `max_parallel_workers_per_gather = ${cores}`,
    `max_parallel_maintenance_workers = ${cores}`,
    'huge_pages = try',
  ];
}
