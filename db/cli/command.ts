import { Command, CommanderError } from 'commander';
import { asTyped } from './command-line.ts';
import {
  CheckFailure,
  codeOf,
  isConnectionLost,
  isFileRefused,
  messageOf,
  onOneLine,
  UserError,
} from './errors.ts';
import { requireFlagsHandedOn } from './npm-flags.ts';
import { refusalOfServer, resourceThatLacks } from './resources.ts';

const exitCodes = { good: 0, checkFailed: 1, badInput: 2, bug: 70 } as const;
const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

const cleanups: (() => Promise<void>)[] = [];
let goOn: (() => string) | undefined;
let interrupted = false;

/** A command line of the lab: what commander says of a wrong one is one line, and ends in exit code 2. */
export function newCommand(name: string): Command {
  return new LabCommand(name).exitOverride().configureOutput({
    outputError: (text, write) => write(`${asTyped(onOneLine(text))}\n`),
  });
}

/** A command that notices flags which npm kept to itself. */
class LabCommand extends Command {
  override parse(...given: Parameters<Command['parse']>): this {
    requireFlagsHandedOn(this, given[0] ?? process.argv.slice(2));
    return super.parse(...given);
  }

  override parseAsync(...given: Parameters<Command['parseAsync']>): Promise<this> {
    requireFlagsHandedOn(this, given[0] ?? process.argv.slice(2));
    return super.parseAsync(...given);
  }
}

/**
 * What an interrupted command says last: the command line that goes on with what is done. Returns a
 * function that takes it back.
 */
export function onInterruptGoOnWith(line: () => string): () => void {
  goOn = line;
  return () => {
    if (goOn === line) goOn = undefined;
  };
}

/**
 * Registers what must happen when the command is interrupted (Ctrl-C, SIGTERM, SIGHUP). Cleanups
 * run once, the newest first. Returns a function that takes the registration back.
 */
export function onInterrupt(cleanup: () => Promise<void>): () => void {
  cleanups.push(cleanup);
  return () => {
    const index = cleanups.indexOf(cleanup);
    if (index >= 0) cleanups.splice(index, 1);
  };
}

/** True from the moment at which an interrupt arrived: work that fails afterwards failed because of it. */
export function wasInterrupted(): boolean {
  return interrupted;
}

/**
 * Goes on only where no interrupt arrived: after one, the cleanups undo and end the process, and
 * whatever else was under way must not go on beside them.
 */
export async function unlessInterrupted(): Promise<void> {
  if (interrupted) await new Promise(() => {});
}

/**
 * Runs a command: exit code 0 when `main` returns, 1 for a CheckFailure, 2 for a UserError, a server that
 * went away or refuses, or a file that the system refuses (each one line on standard error), 70 with a
 * stack for anything else, 128 + n after signal n.
 */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  goOnUnheard();
  for (const signal of Object.keys(signalNumbers) as (keyof typeof signalNumbers)[]) {
    process.on(signal, () => void interrupt(signal));
  }
  try {
    await main();
    if (!interrupted) process.exitCode ??= exitCodes.good;
  } catch (error) {
    if (interrupted) return; // the interrupt's own path prints and exits
    process.exitCode = report(error);
  }
}

/** Whoever read the output may go before its end (`| head`): the work goes on to its own end, unheard. */
function goOnUnheard(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error;
    });
  }
}

async function interrupt(signal: keyof typeof signalNumbers): Promise<void> {
  if (interrupted) return;
  interrupted = true;
  process.stderr.write(`\ninterrupted (${signal}): cleaning up\n`);
  for (const cleanup of cleanups.splice(0).reverse()) {
    try {
      await cleanup();
    } catch (error) {
      process.stderr.write(`while cleaning up: ${messageOf(error)}\n`);
    }
  }
  if (goOn !== undefined) process.stderr.write(`what is done is kept; to go on: ${goOn()}\n`);
  process.exit(128 + signalNumbers[signal]);
}

/** What `await using` throws where both the work and a close failed holds both: the first is told. */
function firstOf(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'SuppressedError') return error;
  return 'suppressed' in error ? firstOf(error.suppressed) : error;
}

function report(thrown: unknown): number {
  const error = firstOf(thrown);
  if (error instanceof CommanderError) {
    // commander has printed its own line; --help and --version end with exit code 0
    return error.exitCode === 0 ? exitCodes.good : exitCodes.badInput;
  }
  if (error instanceof UserError || error instanceof CheckFailure) {
    process.stderr.write(`error: ${asTyped(messageOf(error))}\n`);
    return error instanceof UserError ? exitCodes.badInput : exitCodes.checkFailed;
  }
  const lacking = resourceThatLacks(error) ?? refusalOfServer(error);
  if (lacking !== undefined) {
    process.stderr.write(`error: ${asTyped(lacking)}\n`);
    return exitCodes.badInput;
  }
  if (isConnectionLost(error)) {
    process.stderr.write(
      `error: the server went away (${messageOf(error)}): run the same command again, which clears up first\n`,
    );
    return exitCodes.badInput;
  }
  if (isFileRefused(error)) {
    process.stderr.write(`error: a file cannot be used: ${messageOf(error)}\n`);
    return exitCodes.badInput;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  return exitCodes.bug;
}
