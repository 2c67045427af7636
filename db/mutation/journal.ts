import { appendFileSync, rmSync } from 'node:fs';
import { readText } from '../cli/read-text.ts';
import type { Verdict } from './try-mutant.ts';

/** One mutant's line in the journal. */
export type Tried = { readonly id: string } & (Verdict | { readonly state: 'not SQL' });

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

/** Forgets mutants whose id holds one of these, or all where none is given. */
export function forgetTried(file: string, only: readonly string[]): void {
  const kept = [...readTried(file).values()].filter(
    ({ id }) => only.length > 0 && !only.some((word) => id.includes(word)),
  );
  rmSync(file, { force: true });
  for (const tried of kept) noteTried(file, tried);
}

/** Notes one. */
export function noteTried(file: string, tried: Tried): void {
  appendFileSync(file, `${JSON.stringify(tried)}\n`);
}
