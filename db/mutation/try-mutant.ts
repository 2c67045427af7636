import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../cli/errors.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import type { Check, Mutated } from './checks.ts';
import type { Mutant } from './mutants.ts';
import { TestsNotRun } from './schema-tests.ts';

/** What became of a mutant. */
export type Verdict =
  | { readonly state: 'survived' }
  | {
      readonly state: 'caught';
      /** The check that told. */
      readonly by: string;
      readonly why: string;
    };

/**
 * Changes the schema of a database and looks whether one of the checks tells: the first that does is enough.
 *
 * @param database    has the design's schema, and nobody else in it
 * @param untouched   makes another, the same, and gives its name
 * @param mostSeconds longest that a check may take
 * @param freeThem    ends every session in the databases of this mutant: what hangs is let go by it
 */
export async function tryMutant(
  database: TestDatabase,
  mutant: Mutant,
  checks: readonly Check[],
  {
    untouched,
    mostSeconds,
    freeThem,
  }: {
    readonly untouched: () => Promise<TestDatabase>;
    readonly mostSeconds: number;
    readonly freeThem: () => Promise<void>;
  },
): Promise<Verdict> {
  await make(database, mutant);
  let other: string | undefined;
  const mutated: Mutated = {
    url: database.url,
    async untouched() {
      if (other === undefined) {
        const made = await untouched();
        await make(made, mutant);
        other = made.name;
      }
      return other;
    },
  };
  for (const check of checks) {
    const why = await within(mostSeconds, freeThem, (limit) => check.failure(mutated, limit));
    if (why !== undefined) {
      return { state: 'caught', by: check.name, why: why.split('\n')[0] ?? '' };
    }
  }
  return { state: 'survived' };
}

async function make(database: TestDatabase, { sql }: Mutant): Promise<void> {
  const client = await database.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** What a check finds, an error of its own included; where it takes too long it is freed, and that is told. */
async function within(
  seconds: number,
  free: () => Promise<void>,
  check: (limit: AbortSignal) => Promise<string | undefined>,
): Promise<string | undefined> {
  const limit = new AbortController();
  const over = new AbortController();
  const looking = check(limit.signal).catch((error: unknown) => {
    if (error instanceof TestsNotRun) throw error;
    return messageOf(error);
  });
  const tooLong = delay(seconds * 1_000, true, { signal: over.signal }).catch(() => false);
  try {
    const first = await Promise.race([looking.then(() => false), tooLong]);
    if (!first) return await looking;
    limit.abort();
    await free();
    await looking.catch(() => {});
    return `it took more than ${seconds} s`;
  } finally {
    over.abort();
  }
}
