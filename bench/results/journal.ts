import {
  appendFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { unlessInterrupted } from '../../db/cli/command.ts';
import { UserError } from '../../db/cli/errors.ts';

/** In a run's folder until its results.json is there: one line for each finished piece. */
const fileName = 'unfinished.jsonl';

/** What a run has measured so far, kept on disk piece by piece, so that a killed run can go on. */
export interface Journal {
  readonly startedAt: Date;
  /** When the run went on after an interruption; empty for one that was never interrupted. */
  readonly resumedAt: readonly Date[];
  /** The piece of that name: as it was kept, or else measured now and kept. Pieces are plain JSON. */
  once<T>(name: string, measure: () => Promise<T>): Promise<T>;
  /** Whether no piece was finished yet. */
  isEmpty(): boolean;
  /** Removes the journal: the results hold all of it. */
  finish(): void;
}

interface Head {
  readonly startedAt: string;
  readonly options: unknown;
}

type Line = { readonly name: string; readonly value: unknown } | { readonly resumedAt: string };

/** Whether a run in that folder was begun and not finished. */
export function isUnfinished(folder: string): boolean {
  return existsSync(join(folder, fileName));
}

/**
 * Begins the journal of a run, or goes on with the one that is in the folder.
 *
 * @param options everything that pieces depend on, as plain JSON
 * @throws UserError where the folder's journal was begun with other options
 */
export function openJournal(folder: string, startedAt: Date, options: unknown): Journal {
  const file = join(folder, fileName);
  const wanted = JSON.stringify(options);
  if (!existsSync(file)) {
    writeLine(file, { startedAt: startedAt.toISOString(), options } satisfies Head);
    return journalOf(file, startedAt, []);
  }
  const [first = '', ...rest] = readFileSync(file, 'utf8').split('\n').slice(0, -1); // a cut line has no end
  const head = parse(first);
  if (!isHead(head)) throw new UserError(`${file} cannot be read: remove the run's folder`);
  if (JSON.stringify(head.options) !== wanted) {
    throw new UserError(`${folder} was begun with other options: give the same, or another --run`);
  }
  const lines = rest.map(parse).filter(isLine);
  const resumed: Line = { resumedAt: startedAt.toISOString() };
  // beside it first: whoever is killed meanwhile loses no piece
  const whole = `${file}.new`;
  writeFileSync(
    whole,
    [first, ...[...lines, resumed].map((line) => JSON.stringify(line)), ''].join('\n'),
  );
  renameSync(whole, file);
  return journalOf(file, new Date(head.startedAt), [...lines, resumed]);
}

function journalOf(file: string, startedAt: Date, lines: readonly Line[]): Journal {
  const pieces = new Map(
    lines.flatMap((line) => ('name' in line ? [[line.name, line.value] as const] : [])),
  );
  return {
    startedAt,
    resumedAt: lines.flatMap((line) => ('resumedAt' in line ? [new Date(line.resumedAt)] : [])),
    isEmpty: () => pieces.size === 0,
    async once<T>(name: string, measure: () => Promise<T>): Promise<T> {
      if (pieces.has(name)) return pieces.get(name) as T;
      const value = await measure();
      await unlessInterrupted(); // what an interrupt cut short is no finished piece
      writeLine(file, { name, value } satisfies Line);
      pieces.set(name, value);
      return value;
    },
    finish: () => rmSync(file, { force: true }),
  };
}

function writeLine(file: string, line: unknown): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is Head {
  return hasTime(value, 'startedAt') && 'options' in value;
}

function isLine(value: unknown): value is Line {
  if (hasTime(value, 'resumedAt')) return true;
  return isObject(value) && typeof value['name'] === 'string' && 'value' in value;
}

function hasTime<Name extends string>(
  value: unknown,
  name: Name,
): value is Readonly<Record<Name, string>> {
  if (!isObject(value)) return false;
  const time = value[name];
  return typeof time === 'string' && !Number.isNaN(Date.parse(time));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
