import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onInterrupt } from '../../db/cli/command.ts';
import { nodeArguments } from '../../db/cli/command-file.ts';
import { commandLine } from '../../db/cli/command-line.ts';
import { CheckFailure, UserError } from '../../db/cli/errors.ts';
import { shownPath } from '../../db/cli/output-path.ts';
import { workingDir } from '../../db/cli/working-dir.ts';
import { projectFacts } from '../environment/machine.ts';

/** One command among several that are run one after another. */
export interface Part {
  readonly name: string;
  /** What a reader learns from it. */
  readonly title: string;
  /** A script of package.json, the file that it runs, and its arguments. */
  readonly script: string;
  readonly file: string;
  readonly args: readonly string[];
  /** What the part makes in the folder; a half-made one is removed before it starts again. */
  readonly makes?: string;
}

/** A part that ended well, as parts.json keeps it. */
export interface FinishedPart {
  readonly name: string;
  readonly title: string;
  readonly command: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly commit: string;
}

/** Told what is going on. */
export interface PartsListener {
  kept(part: FinishedPart): void;
  begins(part: Part, index: number, count: number): void;
  ended(part: FinishedPart): void;
  /** A piece of what a part prints on standard output. */
  output(data: Buffer): void;
}

/**
 * Runs the parts that are not done yet, one after another, and notes each in `parts.json`, in
 * their order, when it has ended well. What a part prints on standard output is told, and kept in `output/PART.txt`.
 *
 * @throws UserError where the folder holds parts of other commands
 * @throws CheckFailure where a part fails; the next run goes on with it
 */
export async function runParts(
  folder: string,
  parts: readonly Part[],
  listener: PartsListener,
): Promise<readonly FinishedPart[]> {
  requireSameParts(folder, parts);
  const done = readFinished(folder);
  const placeOf = ({ name }: FinishedPart): number => parts.findIndex((part) => part.name === name);
  for (const [index, part] of parts.entries()) {
    const before = done.find(({ name }) => name === part.name);
    if (before !== undefined) {
      listener.kept(before);
      continue;
    }
    listener.begins(part, index, parts.length);
    const startedAt = new Date();
    await runPart(folder, part, listener);
    const finished: FinishedPart = {
      name: part.name,
      title: part.title,
      command: commandOf(part),
      startedAt: startedAt.toISOString(),
      seconds: Math.round((Date.now() - startedAt.getTime()) / 1_000),
      commit: projectFacts().commit,
    };
    done.push(finished);
    done.sort((a, b) => placeOf(a) - placeOf(b));
    writeFileSync(partsFile(folder), `${JSON.stringify(done, null, 2)}\n`);
    listener.ended(finished);
  }
  return done;
}

/** Throws a UserError where the folder holds parts of other commands. */
export function requireSameParts(folder: string, parts: readonly Part[]): void {
  const done = readFinished(folder);
  const isOther = (part: Part): boolean =>
    done.some(({ name, command }) => name === part.name && command !== commandOf(part));
  if (!parts.some(isOther)) return;
  throw new UserError(
    `${shownPath(folder)} was made with other flags: pass --name NAME to keep it, or --again to delete it`,
  );
}

async function runPart(
  folder: string,
  part: Part,
  listener: Pick<PartsListener, 'output'>,
): Promise<void> {
  if (part.makes !== undefined) rmSync(join(folder, part.makes), { recursive: true, force: true });
  const child = spawn(process.execPath, [...nodeArguments(part.file), ...part.args], {
    cwd: workingDir,
    stdio: ['inherit', 'pipe', 'inherit'],
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const forget = onInterrupt(async () => {
    child.kill('SIGINT'); // a terminal has told the whole group already; a second one changes nothing
    await ended;
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => {
    output.push(data);
    listener.output(data);
  });
  const { code, signal } = await ended.finally(forget);
  if (code !== 0) {
    throw new CheckFailure(
      `${part.name} ended with ${signal ?? `exit code ${code}`}: run the same command again to go on with it`,
    );
  }
  mkdirSync(join(folder, 'output'), { recursive: true });
  writeFileSync(join(folder, 'output', `${part.name}.txt`), Buffer.concat(output));
}

/** A part as a reader would type it. */
function commandOf(part: Part): string {
  return commandLine(part.script, part.args);
}

function partsFile(folder: string): string {
  return join(folder, 'parts.json');
}

/** The parts in a folder that have ended well. */
export function readFinished(folder: string): FinishedPart[] {
  if (!existsSync(partsFile(folder))) return [];
  return JSON.parse(readFileSync(partsFile(folder), 'utf8')) as FinishedPart[];
}
