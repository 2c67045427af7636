import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/*
 * A pid alone names nobody for long: after a restart, or in a container, another program soon has
 * the same one. A mark is the pid and the moment at which that process began.
 */

/** The mark of a living process (this one by default), as text for a file; undefined where there is none. */
export function markOf(pid: number = process.pid): string | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : `${pid} ${started}`;
}

/** Whether the process that a mark names still lives. */
export function isLiving(mark: string): boolean {
  const pid = pidOf(mark);
  return pid !== undefined && markOf(pid) === mark.trim();
}

/** The pid in a mark, or undefined for a text that is no mark. */
export function pidOf(mark: string): number | undefined {
  const pid = Number.parseInt(mark, 10);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    try {
      // proc(5): field 22 is the start in clock ticks after boot; field 2, in brackets, may hold blanks
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    } catch {
      return undefined;
    }
  }
  const printed = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const started = printed.stdout.trim().replace(/\s+/g, '_');
  return started === '' ? undefined : started;
}
