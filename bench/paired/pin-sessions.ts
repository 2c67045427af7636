import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { backendPid } from '../../db/connection/backend-pid.ts';
import type { Lab } from '../../db/lab.ts';

/**
 * That the sessions of a server can be kept on one processor.
 *
 * @throws UserError saying what it takes
 */
export function requirePinning({ kind }: Pick<Lab['server'], 'kind'>): void {
  if (kind !== 'embedded') {
    throw new UserError(
      '--pin-sessions is for the embedded server: the processes of another may be on another machine',
    );
  }
  if (!existsSync('/proc/self/status')) throw new UserError('--pin-sessions is for Linux');
  if (allowedProcessors().length < 2) {
    throw new UserError(
      '--pin-sessions wants two processors: one for the sessions, one for the client',
    );
  }
  taskset('--version');
}

/** Keeps the server's side of sessions on the last of the processors that this process may use. */
export async function pinSessions(sessions: readonly pg.Client[]): Promise<void> {
  const processor = allowedProcessors().at(-1);
  for (const session of sessions) {
    taskset('-c', '-p', String(processor), String(await backendPid(session)));
  }
}

/** The numbers in a list such as `0-2,5`. */
export function processorsIn(list: string): readonly number[] {
  return list.split(',').flatMap((range) => {
    const [first = NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The processors that a process of this machine may use; Linux only. */
export function allowedProcessors(pid: number | 'self' = 'self'): readonly number[] {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  return list === undefined ? [] : processorsIn(list);
}

/** util-linux; Node itself cannot. Throws a UserError where it is not there, or may not. */
function taskset(...args: readonly string[]): void {
  try {
    execFileSync('taskset', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    throw new UserError(
      `--pin-sessions wants taskset of util-linux: ${messageOf(error).trim().replaceAll('\n', ': ')}`,
    );
  }
}
