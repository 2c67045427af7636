import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../cli/errors.ts';
import { allBehaviours, runBehaviour } from '../conformance/run-behaviours.ts';
import { connect } from '../connection/connect.ts';
import type { Design } from '../designs.ts';
import { runPermutations, runRandomHistories } from '../isolation/run-histories.ts';
import type { Mutant } from './mutants.ts';

/** What became of a mutant. */
export interface Verdict {
  readonly state: 'caught' | 'survived' | 'not SQL';
  /** By what: a behaviour, permutations, histories, or the time that it took. */
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
const statementTimeoutMs = 5_000;

/**
 * Changes the schema of a database and looks whether conformance, permutations or random histories tell.
 *
 * @param url    a scratch database that has the design's schema and nobody else in it
 * @param freeIt ends every session in that database: what hangs is let go by it
 */
export async function tryMutant(
  url: string,
  design: Design,
  mutant: Mutant,
  trial: Trial,
  freeIt: () => Promise<void>,
): Promise<Verdict> {
  const client = await connect(url);
  try {
    await client.query(mutant.sql);
  } catch {
    return { state: 'not SQL' };
  } finally {
    await client.end();
  }
  const over = new AbortController();
  const looking = look(url, design, trial).catch(
    (error: unknown): Verdict => ({ state: 'caught', by: messageOf(error).split('\n')[0] ?? '' }),
  );
  const tooLong = delay(trial.mostSeconds * 1_000, undefined, { signal: over.signal }).then(
    async (): Promise<Verdict> => {
      await freeIt();
      return { state: 'caught', by: `it took more than ${trial.mostSeconds} s` };
    },
    () => new Promise<Verdict>(() => {}),
  );
  const verdict = await Promise.race([looking, tooLong]);
  over.abort();
  await looking;
  return verdict;
}

/** In the order of what they cost. */
async function look(url: string, design: Design, trial: Trial): Promise<Verdict> {
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
  return { state: 'survived' };
}
