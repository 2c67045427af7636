import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Moves processes of this machine to one processor. */
export interface Placer {
  /** Returns when all of them are there. Throws what taskset says. */
  place(pids: readonly number[]): Promise<void>;
  close(): void;
}

/**
 * A shell that is asked again and again, and runs taskset of util-linux (Node itself can move nothing).
 * To start a program from Node each time takes four times as long: Node is large, and has to be forked.
 *
 * @param processor its number
 */
export function startPlacer(processor: number): Placer {
  const shell = spawn('sh', { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<never>((_, reject) => {
    shell.on('error', reject);
    shell.on('close', () => reject(new Error('the shell that asks taskset has ended')));
  });
  ended.catch(() => {}); // told to who asks
  shell.stdin.on('error', () => {}); // it has ended
  const answers = createInterface(shell.stdout)[Symbol.asyncIterator]();
  return {
    async place(pids) {
      for (const pid of pids) {
        const told: string[] = [];
        shell.stdin.write(`taskset -c -p ${processor} ${pid} 2>&1; echo "status $?"\n`);
        for (;;) {
          const { value, done } = await answers.next();
          if (done === true) return ended;
          if (value === 'status 0') break;
          if (value.startsWith('status ')) throw new Error(told.join(': '));
          told.push(value);
        }
      }
    },
    close: () => shell.stdin.end(),
  };
}
