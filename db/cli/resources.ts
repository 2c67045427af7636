import {
  deadlockDetected,
  insufficientPrivilege,
  lockNotAvailable,
  queryCanceled,
  serializationFailure,
} from '../sqlstates.ts';
import { codeOf, messageOf } from './errors.ts';

/** What the server calls such memory, in any language: by the name of its file, if not in words. */
const segment = /shared memory|PostgreSQL\.\d+|pg_dynshmem/;

/**
 * Whether the server could not get the shared memory that parallel workers share: ENOSPC or ENOMEM, which
 * it tells as a full disk or as a lack of memory. A container has 64 MB of it unless told otherwise.
 */
export function lacksSharedMemory(error: unknown): boolean {
  return (
    ['53100', '53200', '58030', 'XX000'].includes(codeOf(error) ?? '') &&
    segment.test(messageOf(error))
  );
}

/** What the server ran out of (SQLSTATE class 53), and what to do, in one line; undefined for other errors. */
export function resourceThatLacks(error: unknown): string | undefined {
  const code = codeOf(error) ?? '';
  if (!/^53\w{3}$/.test(code)) return undefined;
  const said = messageOf(error);
  if (lacksSharedMemory(error)) {
    return (
      `the server has too little shared memory for parallel workers (${said}): give it more ` +
      '(docker run --shm-size=1g), or let it do without (max_parallel_workers = 0)'
    );
  }
  if (code === '53400')
    return `a limit of the server was reached (${said}): raise it for the lab's role`;
  return `the server ran out of something it needs (${said}): free some, and run the same command again`;
}

/** What a statement of the lab's met that is nobody's bug, and what to do, by SQLSTATE. */
const refusals: Readonly<Record<string, readonly [met: string, advice: string]>> = {
  [insufficientPrivilege]: [
    'the server refused the lab’s role something',
    'grant it, or connect as the owner of the lab in this database',
  ],
  [queryCanceled]: [
    'somebody, or a time limit, cancelled a statement of the lab’s',
    'run the same command again, which clears up first',
  ],
  [lockNotAvailable]: ['somebody holds a lock', 'run the same command again'],
  [deadlockDetected]: ['others use the same rows', 'run the same command again'],
  [serializationFailure]: ['others use the same rows', 'run the same command again'],
  // the lab's own functions say more than this
  P0001: [
    'a trigger or function that is not the lab’s refused a statement',
    'switch it off for the lab',
  ],
};

/** The same for what the server, or somebody at work on it, did not let the lab do. */
export function refusalOfServer(error: unknown): string | undefined {
  const [met, advice] = refusals[codeOf(error) ?? ''] ?? [];
  return met === undefined ? undefined : `${met} (${messageOf(error)}): ${advice}`;
}
