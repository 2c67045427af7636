import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf, messageOf, UserError } from '../cli/errors.ts';
import { isLiving, markOf, pidOf } from './process-mark.ts';

const noteAfterMs = 10_000;

/** Longer than a start or a stop takes at most, recovery after a crash included. */
const giveUpAfterMs = 1_500_000;

/**
 * Runs `work` while no other command starts or stops the server of this folder. The lock of a
 * command that was killed is broken, also when another program has its pid by now.
 */
export async function withStartLock<T>(home: string, work: () => Promise<T>): Promise<T> {
  const lock = join(home, 'start.lock');
  const startedMs = performance.now();
  let noted = false;
  while (!tryLock(lock)) {
    const waitedMs = performance.now() - startedMs;
    const holder = pidOf(read(lock) ?? '');
    if (waitedMs > giveUpAfterMs) {
      throw new UserError(
        `process ${holder} has been starting or stopping the server for ${Math.round(waitedMs / 60_000)} minutes: end it`,
      );
    }
    if (!noted && waitedMs > noteAfterMs) {
      noted = true;
      process.stderr.write(`waiting for process ${holder}, which starts or stops the server\n`);
    }
    await delay(50);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Takes the lock, or breaks it if its holder is dead (and then wants to be called again). */
function tryLock(lock: string): boolean {
  if (create(lock)) return true;
  if (!isDead(lock)) return false;
  // Only one command at a time may break a lock, or the second would break the first one's new lock.
  const breaking = `${lock}.breaking`;
  if (create(breaking)) {
    try {
      if (isDead(lock)) rmSync(lock, { force: true });
    } finally {
      rmSync(breaking, { force: true });
    }
  } else if (isDead(breaking)) {
    rmSync(breaking, { force: true });
  }
  return false;
}

/** Makes a file that holds our mark, complete from its first moment; false where there is one. */
function create(file: string): boolean {
  const complete = `${file}.${process.pid}`;
  try {
    writeFileSync(complete, markOf() ?? '', { mode: 0o600 });
    linkSync(complete, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new UserError(`cannot make ${file}: ${messageOf(error)}`);
  } finally {
    rmSync(complete, { force: true });
  }
}

/** Whether the process that made a file is dead. One that is gone by now was nobody's to break. */
function isDead(file: string): boolean {
  const mark = read(file);
  return mark !== undefined && !isLiving(mark);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
