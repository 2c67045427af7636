import { wasInterrupted } from '../../db/cli/command.ts';
import {
  CheckFailure,
  codeOf,
  isConnectionLost,
  messageOf,
  UserError,
} from '../../db/cli/errors.ts';
import { lacksSharedMemory } from '../../db/cli/resources.ts';
import { freeBytes } from './server-facts.ts';
import { reservedDiskBytes } from './space.ts';

/** Stops the load before the disk is so full that the server could not write its log. */
export class DiskWatch {
  isFull = false;
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string | undefined, stop: () => Promise<void>) {
    this.#timer = setInterval(() => {
      const free = folder === undefined ? undefined : freeBytes(folder);
      if (this.isFull || free === undefined || free >= reservedDiskBytes / 2) return;
      this.isFull = true;
      void stop().catch(() => {});
    }, 200);
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/** The one line for a full disk. */
export function diskFull(): UserError {
  return new UserError(
    'the disk of the server is full: free some space and run the same command again; what is done is kept',
  );
}

/** What may go wrong with a server in the middle of a load, in words; anything else as it is. */
export function explainFailure(error: unknown): unknown {
  if (wasInterrupted() || error instanceof UserError || error instanceof CheckFailure) return error;
  const code = codeOf(error) ?? '';
  if (lacksSharedMemory(error)) return error; // told as what it is by the command
  if (code === '53100') return diskFull();
  if (isConnectionLost(error) || /^E[A-Z]+$/.test(code)) {
    return new UserError(
      `the server went away (${messageOf(error)}): run the same command again; what is done is kept`,
    );
  }
  return error;
}
