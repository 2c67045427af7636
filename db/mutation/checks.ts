import { allBehaviours, runBehaviour } from '../conformance/run-behaviours.ts';
import type { Design } from '../designs.ts';
import {
  type IsolationResult,
  runPermutations,
  runRandomHistories,
} from '../isolation/run-histories.ts';
import type { SchemaTests } from './schema-tests.ts';

/** One thing that may tell that a schema was changed. */
export interface Check {
  readonly name: string;
  /** What it costs, beside the others: tenths of a second, seconds, or ten seconds and more. */
  readonly cost: 1 | 2 | 3;
  /** Whether it names that function, trigger, table … */
  readonly names?: (object: string) => boolean;
  /** What it found wrong; undefined where it found nothing. */
  readonly failure: (mutated: Mutated, limit: AbortSignal) => Promise<string | undefined>;
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
  /** A check that takes longer than this has told: nothing that is right does. */
  readonly mostSeconds: number;
}

/** Longest that a statement of a behaviour may take: an endless loop is ended by it. */
const statementTimeoutMs = 20_000;

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
        cost: 1,
        async failure({ url }) {
          const result = await runBehaviour(url, design, behaviour, { statementTimeoutMs });
          return result.outcome === 'passed' ? undefined : result.reason;
        },
      }),
    ),
    ...(schemaTests?.files ?? []).map(
      (file): Check => ({
        name: file,
        cost: 2,
        names: (object) => schemaTests?.names(file, object) === true,
        failure: async ({ untouched }, limit) =>
          schemaTests?.firstFailure(file, await untouched(), limit),
      }),
    ),
    {
      name: 'random histories',
      cost: 3,
      failure: async ({ url }) =>
        firstOf(await runRandomHistories(url, design, { histories, seed })),
    },
    {
      name: 'permutations',
      cost: 3,
      failure: async ({ url }) =>
        firstOf(await runPermutations(url, design, { drawn: { perCase, seed } })),
    },
  ];
}

/** Where only the second checker calls a history wrong, that is among the failures as well. */
const firstOf = ({ failures }: IsolationResult): string | undefined => failures[0];

/**
 * Which checks told changes of an object before: they are tried first on its next change, so that most
 * changes take one check.
 */
export class Suspects {
  readonly #byObject = new Map<string, Set<string>>();

  /** The check of that name has told a change of the object. */
  note(object: string, check: string): void {
    this.#byObject.set(object, (this.#byObject.get(object) ?? new Set()).add(check));
  }

  /** Those that have told a change of the object, unless they are long; then the others, cheap ones first. */
  order(object: string, checks: readonly Check[]): readonly Check[] {
    const known = this.#byObject.get(object);
    const rank = ({ name, cost, names }: Check): number =>
      known?.has(name) === true && cost < 3
        ? cost
        : 2 + cost - (names?.(object) === true ? 0.5 : 0);
    return checks.toSorted((a, b) => rank(a) - rank(b));
  }
}
