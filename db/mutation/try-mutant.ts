import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../cli/errors.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import type { Check, Finding, Mutated } from './checks.ts';
import type { Mutant } from './mutants.ts';
import { TestsNotRun } from './schema-tests.ts';

/** What became of a mutant. */
export type Verdict =
  | {
      readonly state: 'survived';
      /** How many others were made in the same database; alone where absent. */
      readonly beside?: number;
    }
  | {
      /** Timed out: a check came to no end. On a busy machine that says little. */
      readonly state: 'caught' | 'timed out';
      /** The check that told. */
      readonly by: string;
      readonly why: string;
    };

/**
 * Changes the schema of a database and looks whether one of the checks tells: the first that does is enough.
 *
 * @param database    has the design's schema, and nobody else in it
 * @param mutants     of different objects; all of them are made
 * @param untouched   makes another, the same, and gives its name
 * @param mostSeconds longest that a check may take
 * @param freeThem    ends every session in the databases of this mutant, and tells what they did: what hangs is
 *   let go by it
 */
export async function tryMutants(
  database: TestDatabase,
  mutants: readonly Mutant[],
  checks: readonly Check[],
  {
    untouched,
    mostSeconds,
    freeThem,
  }: {
    readonly untouched: () => Promise<TestDatabase>;
    readonly mostSeconds: number;
    readonly freeThem: () => Promise<string>;
  },
): Promise<Verdict> {
  await make(database, mutants);
  let other: string | undefined;
  const mutated: Mutated = {
    url: database.url,
    async untouched() {
      if (other === undefined) {
        const made = await untouched();
        await make(made, mutants);
        other = made.name;
      }
      return other;
    },
  };
  for (const check of checks) {
    const found = await within(mostSeconds, freeThem, (limit) => check.failure(mutated, limit));
    if (found === undefined) continue;
    const by = check.name;
    return 'wrong' in found
      ? { state: 'caught', by, why: firstLine(found.wrong) }
      : { state: 'timed out', by, why: firstLine(found.endless) };
  }
  return { state: 'survived' };
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

async function make(database: TestDatabase, mutants: readonly Mutant[]): Promise<void> {
  const client = await database.connect();
  try {
    for (const { sql } of mutants) await client.query(sql);
  } finally {
    await client.end();
  }
}

/** What a check finds, an error of its own included; where it takes too long it is freed, and that is told. */
async function within(
  seconds: number,
  free: () => Promise<string>,
  check: (limit: AbortSignal) => Promise<Finding | undefined>,
): Promise<Finding | undefined> {
  const limit = new AbortController();
  const over = new AbortController();
  const looking = check(limit.signal).catch((error: unknown) => {
    if (error instanceof TestsNotRun) throw error;
    return { wrong: messageOf(error) };
  });
  const tooLong = delay(seconds * 1_000, true, { signal: over.signal }).catch(() => false);
  try {
    const first = await Promise.race([looking.then(() => false), tooLong]);
    if (!first) return await looking;
    const doing = await free();
    limit.abort();
    await looking.catch(() => {});
    return { endless: `it took more than ${seconds} s: ${doing}` };
  } finally {
    over.abort();
  }
}
