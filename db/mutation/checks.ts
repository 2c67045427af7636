import { allBehaviours, runBehaviour } from '../conformance/run-behaviours.ts';
import type { Design } from '../designs.ts';
import { runPermutations, runRandomHistories } from '../isolation/run-histories.ts';
import type { SchemaTests } from './schema-tests.ts';

/** One thing that may tell that a schema was changed. */
export interface Check {
  readonly name: string;
  /** About what it costs where it tells nothing, in seconds. */
  readonly seconds: number;
  /** Whether it names that function, trigger, table … */
  readonly names?: (object: string) => boolean;
  /** What it found wrong; undefined where it found nothing. */
  readonly failure: (mutated: Mutated, limit: AbortSignal) => Promise<Finding | undefined>;
}

/** What is wrong; or only that something came to no end, which a busy machine may bring about as well. */
export type Finding = { readonly wrong: string } | { readonly endless: string };

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
  /** Longest that a check may take, and six times what a statement of a behaviour may. */
  readonly mostSeconds: number;
}

/** Every check of a design, in the order of their cost. */
export function checksOf(
  design: Design,
  trial: Trial,
  schemaTests: SchemaTests | undefined,
): readonly Check[] {
  const { permutationsPerCase: perCase, histories, seed } = trial;
  const statementTimeoutMs = Math.ceil((trial.mostSeconds * 1_000) / 6);
  const behaviours = allBehaviours.filter(({ name }) => !design.cannot.includes(name));
  return [
    ...behaviours.map(
      (behaviour): Check => ({
        name: behaviour.name,
        seconds: 0.1,
        async failure({ url }) {
          const result = await runBehaviour(url, design, behaviour, { statementTimeoutMs });
          if (result.outcome === 'passed') return undefined;
          return result.outcome === 'failed'
            ? { wrong: result.reason }
            : { endless: result.reason };
        },
      }),
    ),
    ...(schemaTests?.files ?? []).map(
      (file): Check => ({
        name: file,
        seconds: 1,
        names: (object) => schemaTests?.names(file, object) === true,
        failure: async ({ untouched }, limit) =>
          wrong(await schemaTests?.firstFailure(file, await untouched(), limit)),
      }),
    ),
    {
      name: 'random histories',
      seconds: 20,
      failure: async ({ url }) =>
        wrong((await runRandomHistories(url, design, { histories, seed })).failures[0]),
    },
    {
      name: 'permutations',
      seconds: 20,
      failure: async ({ url }) =>
        wrong((await runPermutations(url, design, { drawn: { perCase, seed } })).failures[0]),
    },
  ];
}

const wrong = (reason: string | undefined): Finding | undefined =>
  reason === undefined ? undefined : { wrong: reason };

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
  order(object: string, checks: readonly Check[], before?: string): readonly Check[] {
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
