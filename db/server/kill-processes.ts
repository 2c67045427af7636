import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../cli/errors.ts';

/** How often ended processes are looked for, every 5 ms. */
const looks = 12_000;

/**
 * Ends a process and its children at once, as the loss of the machine would, and waits until all are gone.
 * The parent is stopped first: it can start no other child meanwhile.
 *
 * @throws Error where one is still there after a minute
 */
export async function killWithChildren(pid: number): Promise<void> {
  signal(pid, 'SIGSTOP');
  const all = [...childrenOf(pid), pid]; // none must notice that it is alone
  for (const each of all) signal(each, 'SIGKILL');
  for (const each of all) {
    for (let look = 0; !hasEnded(each); look++) {
      if (look === looks) throw new Error(`process ${each} does not end`);
      await delay(5);
    }
  }
}

/** The processes that a process has started and that live. */
export function childrenOf(parent: number): readonly number[] {
  if (process.platform !== 'linux') {
    const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    return listed
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .flatMap(([pid, of]) => (pid !== undefined && of === parent ? [pid] : []));
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => stateOf(pid)?.parent === parent);
}

/** Whether a process is gone. One that nobody waits for stays listed when it has ended: a zombie. */
export function hasEnded(pid: number): boolean {
  if (process.platform === 'linux') {
    const state = stateOf(pid)?.state;
    return state === undefined || state === 'Z' || state === 'X';
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** proc(5): behind the name in brackets, which may hold blanks, come the state and the parent. */
function stateOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
