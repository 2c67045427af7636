import { allBehaviours, runBehaviour } from '../conformance/run-behaviours.ts';
import { type Design, defaultDesignName } from '../designs.ts';
import { runPermutations, runRandomHistories } from '../isolation/run-histories.ts';
import type { SchemaTests } from './schema-tests.ts';

/** One thing that may tell that a schema was changed. */
export interface Check {
  readonly name: string;
  /** What it costs where it tells nothing, in seconds: first a guess, then as measured. */
  readonly seconds: number;
  /** Whether it is left out where it tells of a design as it is: what it holds may be the default's alone. */
  readonly mayNotFit?: boolean;
  /** Whether it names that function, trigger, table … */
  readonly names?: (object: string) => boolean;
  /** What it found wrong; undefined where it found nothing. */
  readonly failure: (mutated: Mutated, limit: AbortSignal) => Promise<string | undefined>;
}

/** A check, and what it took on the schema as it is. */
export interface TimedCheck extends Check {
  readonly mostSeconds: number;
  /** What one of its statements may take: a loop in a trigger shows long before all the check's time is over. */
  readonly mostSecondsOfStatement: number;
}

/** A changed schema, in two databases. */
export interface Mutated {
  readonly url: string;
  /** The name of a database that nobody has used and nobody is in: tests copy it. */
  readonly untouched: () => Promise<string>;
}

/** How much is tried. */
export interface Trial {
  readonly permutationsPerCase: number;
  readonly histories: number;
  readonly seed: number;
  /** How many times as long as on the schema as it is a check may take, and five seconds. */
  readonly patience: number;
}

/** Every check of a design, in the order of their cost. */
export function checksOf(
  design: Design,
  trial: Trial,
  schemaTests: SchemaTests | undefined,
): readonly Check[] {
  const { permutationsPerCase: perCase, histories, seed } = trial;
  const behaviours = allBehaviours.filter(({ name }) => !design.cannot.includes(name));
  return [
    ...behaviours.map(
      (behaviour): Check => ({
        name: behaviour.name,
        seconds: 0.1,
        async failure({ url }) {
          const result = await runBehaviour(url, design, behaviour);
          return result.outcome === 'passed' ? undefined : result.reason;
        },
      }),
    ),
    ...(schemaTests?.filesOf(design) ?? []).map(
      (file): Check => ({
        name: file,
        seconds: 1,
        mayNotFit: design.name !== defaultDesignName,
        names: (object) => schemaTests?.names(file, object) === true,
        failure: async ({ untouched }, limit) =>
          schemaTests?.firstFailure(file, design, await untouched(), limit),
      }),
    ),
    {
      name: 'random histories',
      seconds: 20,
      failure: async ({ url }) =>
        (await runRandomHistories(url, design, { histories, seed })).failures[0],
    },
    {
      name: 'permutations',
      seconds: 20,
      failure: async ({ url }) =>
        (await runPermutations(url, design, { drawn: { perCase, seed } })).failures[0],
    },
  ];
}

/**
 * Which checks told changes of an object before: they are tried first on its next change, so that most
 * changes take one check.
 */
export class Suspects {
  readonly #told = new Map<string, Map<string, number>>();

  /** The check of that name has told a change of the object. */
  note(object: string, check: string): void {
    for (const key of [object, kindOf(object)]) {
      const told = this.#told.get(key) ?? new Map<string, number>();
      this.#told.set(key, told.set(check, (told.get(check) ?? 0) + 1));
    }
  }

  /**
   * The one that told the same change in an earlier run; then by what each may be expected to tell for its
   * cost: by how many changes of the object it has told, whether it names it, and how many of others of its kind.
   */
  order<T extends Check>(object: string, checks: readonly T[], before?: string): readonly T[] {
    const times = (key: string, { name }: Check): number => this.#told.get(key)?.get(name) ?? 0;
    const worth = (check: Check): number => {
      if (check.name === before) return Number.POSITIVE_INFINITY;
      const named = check.names?.(object) === true ? 0.5 : 0;
      return (
        (times(object, check) + named + 0.02 * times(kindOf(object), check) + 0.05) / check.seconds
      );
    };
    return checks.toSorted((a, b) => worth(b) - worth(a) || 0);
  }
}

/** `constraint`, `column`, `trigger` …: what an object's name begins with; nothing where it is a function. */
const kindOf = (object: string): string => /^(?:(\w+) )?/.exec(object)?.[1] ?? '';
