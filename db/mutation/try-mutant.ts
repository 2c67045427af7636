import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../cli/errors.ts';
import type { TestDatabase } from '../testing/test-database.ts';
import type { Check, Mutated, TimedCheck } from './checks.ts';
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
 * @param databases   of this mutant alone
 */
export async function tryMutants(
  database: TestDatabase,
  mutants: readonly Mutant[],
  checks: readonly TimedCheck[],
  databases: Databases,
): Promise<Verdict> {
  const { untouched } = databases;
  await make(database, mutants);
  const mutated = mutatedIn(database, async () => {
    const made = await untouched();
    await make(made, mutants);
    return made;
  });
  for (const check of checks) {
    const found = await within(check, databases, (limit) => check.failure(mutated, limit));
    if (found === undefined) continue;
    const by = check.name;
    return 'wrong' in found
      ? { state: 'caught', by, why: firstLine(found.wrong) }
      : { state: 'timed out', by, why: firstLine(found.endless) };
  }
  return { state: 'survived' };
}

/**
 * Runs each check on the schema as it is, so that what tells of a mutant tells of the mutant.
 *
 * @returns the checks, with what each took and may take on a mutant
 * @throws Error where one finds something wrong that must fit the design
 */
export async function timeChecks(
  database: TestDatabase,
  checks: readonly Check[],
  { untouched }: Pick<Databases, 'untouched'>,
  patience: number,
): Promise<readonly TimedCheck[]> {
  const mutated = mutatedIn(database, untouched);
  const timed: TimedCheck[] = [];
  for (const check of checks) {
    const startedMs = performance.now();
    const wrong = await check.failure(mutated, new AbortController().signal);
    if (wrong !== undefined) {
      if (check.mayNotFit === true) continue;
      throw new Error(`${check.name} tells of the schema as it is: ${firstLine(wrong)}`);
    }
    const seconds = (performance.now() - startedMs) / 1_000;
    timed.push({
      ...check,
      seconds,
      mostSeconds: 5 + patience * seconds,
      mostSecondsOfStatement: 5 + patience * longStatementSeconds,
    });
  }
  return timed;
}

/** On the schema as it is no statement of a check takes longer. */
const longStatementSeconds = 2;

/** How often is looked for a statement that comes to no end. */
const lookEveryMs = 1_000;

/** How databases of a schema are made, and let go of. */
interface Databases {
  /** Makes another, the same. */
  readonly untouched: () => Promise<TestDatabase>;
  /** Ends every session in them, and tells what they did: what hangs is let go by it. */
  readonly freeThem: () => Promise<string>;
  /** For how many seconds a statement has been running in them, at the longest. */
  readonly longestStatement: () => Promise<number>;
}

/** A database to work in, and another one that is made when it is first asked for. */
function mutatedIn(database: TestDatabase, makeOther: () => Promise<TestDatabase>): Mutated {
  let other: string | undefined;
  return {
    url: database.url,
    async untouched() {
      other ??= (await makeOther()).name;
      return other;
    },
  };
}

/** What is wrong; or only that something came to no end, which a busy machine may bring about as well. */
type Finding = { readonly wrong: string } | { readonly endless: string };

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

async function make(database: TestDatabase, mutants: readonly Mutant[]): Promise<void> {
  const client = await database.connect();
  try {
    for (const { sql } of mutants) await client.query(sql);
  } finally {
    await client.end();
  }
}

/**
 * What a check finds, an error of its own included; where it or one of its statements takes too long it is freed,
 * and that is told.
 */
async function within(
  { mostSeconds, mostSecondsOfStatement }: TimedCheck,
  { freeThem, longestStatement }: Databases,
  check: (limit: AbortSignal) => Promise<string | undefined>,
): Promise<Finding | undefined> {
  const limit = new AbortController();
  const over = new AbortController();
  const looking = check(limit.signal).then(
    (wrong) => (wrong === undefined ? undefined : { wrong }),
    (error: unknown) => {
      if (error instanceof TestsNotRun) throw error;
      return { wrong: messageOf(error) };
    },
  );
  const until = (ms: number): Promise<boolean> =>
    delay(ms, true, { signal: over.signal }).catch(() => false);
  const tooLong = async (): Promise<number | undefined> =>
    (await until(mostSeconds * 1_000)) ? mostSeconds : undefined;
  const stuck = async (): Promise<number | undefined> => {
    while (await until(lookEveryMs)) {
      if ((await longestStatement()) > mostSecondsOfStatement) return mostSecondsOfStatement;
    }
    return undefined;
  };
  try {
    const seconds = await Promise.race([looking.then(() => undefined), tooLong(), stuck()]);
    if (seconds === undefined) return await looking;
    const doing = await freeThem();
    limit.abort();
    await looking.catch(() => {});
    return { endless: `it took more than ${Math.ceil(seconds)} s: ${doing}` };
  } finally {
    over.abort();
  }
}
