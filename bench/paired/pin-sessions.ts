import { existsSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import { messageOf, UserError } from '../../db/cli/errors.ts';
import { backendPid } from '../../db/connection/backend-pid.ts';
import { closing } from '../../db/connection/closing.ts';
import { itemAt } from '../../db/item-at.ts';
import type { Lab } from '../../db/lab.ts';
import type { Method } from '../results/results.ts';
import { type Placer, startPlacer } from './placer.ts';

/** Where the sessions of a run are opened. */
export type SessionsPlace = Pick<Lab, 'connect'> & { readonly server: Pick<Lab['server'], 'kind'> };

/** What of a run says where its sessions' processes run. */
interface Placed {
  readonly method: Method;
  /** A pooler that what is timed goes through. */
  readonly pooler?: unknown;
}

/**
 * A run whose sessions stay on one processor at the server's side, wherever they can be kept there.
 *
 * @param wanted what was said about it; undefined for nothing
 * @throws UserError saying what it takes, where it was asked for and cannot be
 */
export async function withPlacement<Options extends Placed>(
  options: Options,
  wanted: boolean | undefined,
  places: readonly SessionsPlace[],
): Promise<Options> {
  if (wanted === false) return options;
  const reason = await whyNotPinned(options, places);
  if (reason === undefined) {
    return { ...options, method: { ...options.method, placement: 'sessions on one processor' } };
  }
  if (wanted === true) throw new UserError(`--pin-sessions ${reason}`);
  return options;
}

/** Why these sessions cannot be kept on one processor; undefined where they can: it was tried. */
async function whyNotPinned(
  { pooler }: Placed,
  places: readonly SessionsPlace[],
): Promise<string | undefined> {
  if (pooler !== undefined) return 'is not for a pooler, which changes sessions at will';
  if (places.some(({ server }) => server.kind !== 'embedded')) {
    return 'is for the embedded server: the processes of another may be on another machine';
  }
  if (!existsSync('/proc/self/status')) return 'is for Linux';
  if (allowedProcessors().length < 2) {
    return 'wants two processors: one for the sessions, one for the client';
  }
  try {
    await closing(async (defer) => {
      const placer = startSessionsPlacer();
      defer(() => placer.close());
      for (const place of places) {
        const session = await place.connect();
        defer(() => session.end());
        await placeSessions(placer, [session]);
      }
    });
  } catch (error) {
    return `wants taskset of util-linux: ${messageOf(error)}`;
  }
  return undefined;
}

/** What puts processes on the last of the processors that this process may use. */
export function startSessionsPlacer(): Placer {
  const processors = allowedProcessors();
  return startPlacer(itemAt(processors, processors.length - 1));
}

/** Keeps the server's side of sessions where the placer puts it. */
export async function placeSessions(placer: Placer, sessions: readonly pg.Client[]): Promise<void> {
  await placer.place(await Promise.all(sessions.map((session) => backendPid(session))));
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
