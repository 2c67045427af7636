import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../cli/errors.ts';
import { allBehaviours, runBehaviour } from '../conformance/run-behaviours.ts';
import type { Design } from '../designs.ts';
import { runPermutations, runRandomHistories } from '../isolation/run-histories.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import type { Mutant } from './mutants.ts';
import { TestsNotRun } from './schema-tests.ts';

/** What became of a mutant. */
export interface Verdict {
  readonly state: 'caught' | 'survived' | 'not SQL';
  /** By what: a behaviour, permutations, histories, a test of the schema, or the time that it took. */
  readonly by?: string;
}

/** How much is tried. */
export interface Trial {
  readonly permutationsPerCase: number;
  readonly histories: number;
  readonly seed: number;
  /** What takes longer than this is caught: nothing that is right does. */
  readonly mostSeconds: number;
}

/** Longest that a statement of a behaviour may take. */
const statementTimeoutMs = 60_000;

/**
 * Changes the schema of a database and looks whether conformance, permutations, random histories or the
 * schema's tests tell.
 *
 * @param database has the design's schema, and nobody else in it
 * @param schemaTests the first test of db/schema that fails over another database with the mutant, where they are run
 * @param freeIt   ends every session in that database: what hangs is let go by it
 */
export async function tryMutant(
  database: TestDatabase,
  design: Design,
  mutant: Mutant,
  trial: Trial,
  freeIt: () => Promise<void>,
  schemaTests?: () => Promise<string | undefined>,
): Promise<Verdict> {
  const client = await database.connect();
  try {
    await client.query(mutant.sql);
  } catch {
    return { state: 'not SQL' };
  } finally {
    await client.end();
  }
  const over = new AbortController();
  const looking = look(database.url, design, trial, schemaTests).catch(
    (error: unknown): Verdict => {
      if (error instanceof TestsNotRun) throw error;
      return { state: 'caught', by: messageOf(error).split('\n')[0] ?? '' };
    },
  );
  const tooLong = delay(trial.mostSeconds * 1_000, undefined, { signal: over.signal }).then(
    async (): Promise<Verdict> => {
      await freeIt();
      return { state: 'caught', by: `it took more than ${trial.mostSeconds} s` };
    },
    () => new Promise<Verdict>(() => {}),
  );
  try {
    const verdict = await Promise.race([looking, tooLong]);
    await looking;
    return verdict;
  } finally {
    over.abort();
  }
}

/** In the order of what they cost. */
async function look(
  url: string,
  design: Design,
  trial: Trial,
  schemaTests?: () => Promise<string | undefined>,
): Promise<Verdict> {
  for (const behaviour of allBehaviours) {
    if (design.cannot.includes(behaviour.name)) continue;
    const { outcome } = await runBehaviour(url, design, behaviour, { statementTimeoutMs });
    if (outcome === 'failed') return { state: 'caught', by: behaviour.name };
  }
  const { permutationsPerCase: perCase, histories, seed } = trial;
  const permutations = await runPermutations(url, design, { drawn: { perCase, seed } });
  if (permutations.failures.length + permutations.second.differences > 0) {
    return { state: 'caught', by: 'permutations' };
  }
  const random = await runRandomHistories(url, design, { histories, seed });
  if (random.failures.length + random.second.differences > 0) {
    return { state: 'caught', by: 'random histories' };
  }
  const failed = await schemaTests?.();
  return failed === undefined ? { state: 'survived' } : { state: 'caught', by: failed };
}
