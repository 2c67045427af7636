import { readdirSync, readFileSync } from 'node:fs';
import { childrenOf } from '../../../db/server/kill-processes.ts';
import type { ProcessSize } from '../results/soak-results.ts';

/** This program, all its threads together. */
export function ownSize(): ProcessSize {
  return { residentBytes: process.memoryUsage.rss(), descriptors: descriptorsOf('self') };
}

/**
 * A server of this machine, all its processes together; undefined where the system does not tell (only Linux
 * does).
 *
 * @param pid of its first process
 */
export function serverSize(pid: number): ProcessSize | undefined {
  let [residentBytes, sharedBytes, processes] = [0, 0, 0];
  let descriptors: number | null = 0;
  for (const each of [pid, ...childrenOf(pid)]) {
    const memory = memoryOf(each);
    if (memory === undefined) continue; // it has ended
    processes++;
    residentBytes += memory.ownBytes;
    sharedBytes = Math.max(sharedBytes, memory.sharedBytes);
    const open = descriptorsOf(each);
    descriptors = descriptors === null || open === null ? null : descriptors + open;
  }
  return processes === 0 ? undefined : { residentBytes, sharedBytes, descriptors, processes };
}

/** proc(5): what is a process's own is anonymous; what it shares with others is counted in each. */
function memoryOf(
  pid: number,
): { readonly ownBytes: number; readonly sharedBytes: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (name: string): number | undefined => {
      const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
      return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
    };
    const [ownBytes, sharedBytes] = [bytes('RssAnon'), bytes('RssShmem')];
    if (ownBytes === undefined || sharedBytes === undefined) return undefined;
    return { ownBytes, sharedBytes };
  } catch {
    return undefined;
  }
}

function descriptorsOf(pid: number | 'self'): number | null {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return null;
  }
}
