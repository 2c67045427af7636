import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLiving, markOf, pidOf } from './process-mark.ts';

/*
 * Who stops the embedded server. The command that started it owns it and stops it at its end;
 * `db:up` leaves it to nobody, until `db:down`. A command that ends while another still uses the
 * server hands it over to that one. A command that was killed cannot stop anything: whoever finds
 * its server running takes it over.
 *
 * `users/PID` holds the mark of a command that uses the server, `owner` that of its owner, or
 * `nobody`. Everything here runs under the start lock.
 */

const nobody = 'nobody';

/** Notes that this process uses the server. */
export function beginUse(home: string): void {
  mkdirSync(join(home, 'users'), { recursive: true });
  writeFileSync(join(home, 'users', String(process.pid)), ownMark());
}

/** Makes this process the owner, or with `leaveRunning` nobody. */
export function own(home: string, leaveRunning: boolean): void {
  writeFileSync(join(home, 'owner'), leaveRunning ? nobody : ownMark());
}

/** Takes the server over if its owner is dead. Returns whether that happened. */
export function takeOverFromDead(home: string): boolean {
  const owner = readOwner(home);
  if (owner === nobody || isLiving(owner)) return false;
  own(home, false);
  return true;
}

/**
 * Ends this process's use. `stop`: it is ours to stop. `leave`: it belongs to somebody else, or to
 * another command that still uses it, to which it was handed over.
 */
export function endUse(home: string): 'stop' | 'leave' {
  rmSync(join(home, 'users', String(process.pid)), { force: true });
  const owner = readOwner(home);
  // a dead owner's server is for the last one who leaves
  if (owner !== ownMark() && (owner === nobody || isLiving(owner))) return 'leave';
  const heir = otherUsers(home)[0];
  if (heir === undefined) return 'stop';
  writeFileSync(join(home, 'owner'), heir.mark);
  return 'leave';
}

/** The other living commands that use the server. */
export function otherUsers(
  home: string,
): readonly { readonly pid: number; readonly mark: string }[] {
  let names: string[];
  try {
    names = readdirSync(join(home, 'users'));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const file = join(home, 'users', name);
    const mark = readFileSync(file, 'utf8').trim();
    const pid = pidOf(mark);
    if (pid === process.pid) return [];
    if (pid !== undefined && isLiving(mark)) return [{ pid, mark }];
    rmSync(file, { force: true });
    return [];
  });
}

function ownMark(): string {
  return markOf() ?? String(process.pid);
}

function readOwner(home: string): string {
  try {
    return readFileSync(join(home, 'owner'), 'utf8').trim();
  } catch {
    return nobody;
  }
}
