import { appendFileSync, rmSync } from 'node:fs';
import { readText } from '../cli/read-text.ts';
import type { Verdict } from './try-mutant.ts';

/** One mutant's verdict, and what it took to come to it, in seconds. */
export type Tried = { readonly id: string; readonly seconds?: number } & (
  | Verdict
  | { readonly state: 'not SQL' }
);

/** A verdict that counts no more; what told then is tried first. */
interface Forgotten {
  readonly id: string;
  readonly state: 'forgotten';
  readonly by: string;
}

/** Verdicts by mutant, a line each, so that a run that was killed goes on. A line that was cut is left out. */
export function readTried(file: string): Map<string, Tried> {
  return new Map(
    [...linesOf(file)].flatMap(([id, line]) => (line.state === 'forgotten' ? [] : [[id, line]])),
  );
}

/** What told each mutant, by its id, in verdicts that count or were forgotten. */
export function readTellers(file: string): ReadonlyMap<string, string> {
  return new Map([...linesOf(file)].flatMap(([id, line]) => ('by' in line ? [[id, line.by]] : [])));
}

/** Forgets verdicts, but not what told. */
export function forgetTried(file: string, isForgotten: (tried: Tried) => boolean): void {
  const lines = [...linesOf(file).values()];
  rmSync(file, { force: true });
  for (const line of lines) {
    if (line.state === 'forgotten' || !isForgotten(line)) note(file, line);
    else if ('by' in line) note(file, { id: line.id, state: 'forgotten', by: line.by });
  }
}

/** Notes one. */
export function noteTried(file: string, tried: Tried): void {
  note(file, tried);
}

function note(file: string, line: Tried | Forgotten): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

function linesOf(file: string): Map<string, Tried | Forgotten> {
  const lines = (readText(file) ?? '').split('\n');
  return new Map(
    lines.flatMap((text) => {
      try {
        const line: Tried | Forgotten = JSON.parse(text);
        return [[line.id, line] as const];
      } catch {
        return [];
      }
    }),
  );
}
