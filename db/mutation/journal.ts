import { appendFileSync } from 'node:fs';
import { readText } from '../cli/read-text.ts';
import type { Verdict } from './try-mutant.ts';

/** One mutant's line in the journal. */
export interface Tried extends Verdict {
  readonly id: string;
}

/** Verdicts by mutant, a line each, so that a run that was killed goes on. A line that was cut is left out. */
export function readTried(file: string): Map<string, Tried> {
  const lines = (readText(file) ?? '').split('\n');
  return new Map(
    lines.flatMap((line) => {
      try {
        const tried: Tried = JSON.parse(line);
        return [[tried.id, tried] as const];
      } catch {
        return [];
      }
    }),
  );
}

/** Notes one. */
export function noteTried(file: string, tried: Tried): void {
  appendFileSync(file, `${JSON.stringify(tried)}\n`);
}
