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
  const failed = new Promise<never>((_, reject) => {
    shell.on('error', reject);
    shell.stdin.on('error', reject);
  });
  failed.catch(() => {}); // told to who asks
  const answers = createInterface(shell.stdout)[Symbol.asyncIterator]();
  return {
    async place(pids) {
      for (const pid of pids) {
        const told: string[] = [];
        shell.stdin.write(`taskset -c -p ${processor} ${pid} 2>&1; echo "status $?"\n`);
        for (;;) {
          const { value, done } = await Promise.race([answers.next(), failed]);
          if (done === true) throw new Error('the shell that asks taskset has ended');
          if (value === 'status 0') break;
          if (value.startsWith('status ')) throw new Error(told.join(': '));
          told.push(value);
        }
      }
    },
    close: () => shell.stdin.end(),
  };
}
