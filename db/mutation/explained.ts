import { readFileSync } from 'node:fs';

/** Mutants that may survive, and why: by object, rule, and what was changed to what. */
export interface Explained {
  /** A pattern that a mutant's id must match as a whole. */
  readonly mutants: string;
  readonly why: string;
}

/** The list of `explained.json`. */
export function readExplained(): readonly Explained[] {
  return JSON.parse(readFileSync(new URL('./explained.json', import.meta.url), 'utf8'));
}

/** Why a mutant may survive; undefined where nothing says it. */
export function whySurvives(id: string, explained: readonly Explained[]): string | undefined {
  return explained.find(({ mutants }) => new RegExp(`^(?:${mutants})$`).test(id))?.why;
}
