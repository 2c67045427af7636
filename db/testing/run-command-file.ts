import { type ChildProcess, spawn } from 'node:child_process';
import { nodeArguments } from '../cli/command-file.ts';
import { projectDir } from '../cli/project-dir.ts';

/** What a command did. */
export interface CommandOutcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly outcome: Promise<CommandOutcome>;
}

/** How a test or a drill runs a command. */
export interface CommandOptions {
  /** Variables that differ from ours; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The checkout to run it in (default: this one). */
  readonly checkout?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Runs a command file (`db/commands/db-up.ts`) as npm would, without npm's own noise and without tsx's
 * parent process, so that a signal reaches the command itself.
 */
export function startCommandFile(
  file: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): RunningCommand {
  const { env = {}, checkout = projectDir, uid, gid } = options;
  const child = spawn(process.execPath, [...nodeArguments(file, checkout), ...args], {
    cwd: checkout,
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
  });
  const outcome = new Promise<CommandOutcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
  return { child, outcome };
}

/** Runs a command file to its end. */
export function runCommandFile(
  file: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<CommandOutcome> {
  return startCommandFile(file, args, options).outcome;
}
