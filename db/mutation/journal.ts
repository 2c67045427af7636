import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Verdict } from './try-mutant.ts';

/** One mutant's line in the journal. */
export interface Tried extends Verdict {
  readonly id: string;
}

/** Verdicts by mutant, a line each, so that a run that was killed goes on. A line that was cut is left out. */
export function readTried(file: string): Map<string, Tried> {
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, 'utf8').split('\n');
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
