import { UserError } from '../../../db/cli/errors.ts';
import { nearest } from '../../../db/cli/nearest.ts';
import type { Results } from '../../results/results.ts';

/** One figure without noise, by design and scenario. */
export interface NamedFigure {
  readonly design: string;
  readonly scenario: string;
  readonly value: number;
}

/** A kind of figure that a limit can name, as in `--fail-on instructions=1%`. */
interface FigureKind {
  /** Every figure of that kind in a run; undefined where the run has none. */
  readonly of: (results: Results) => readonly NamedFigure[] | undefined;
  /** How a run comes to have them. */
  readonly made: string;
}

/** Every kind that can be named. Another one is another entry. */
const kinds: Readonly<Record<string, FigureKind>> = {
  instructions: {
    of: ({ instructions }) => {
      if (instructions?.state !== 'counted') return undefined;
      return instructions.designs.flatMap(({ name: design, scenarios }) =>
        scenarios.map(({ name, treatment }) => ({
          design,
          scenario: name,
          value: treatment.instructions,
        })),
      );
    },
    made: 'npm run bench -- --instructions',
  },
};

/** Throws a UserError for a kind of figure that there is not. */
export function requireKind(name: string): void {
  if (!Object.hasOwn(kinds, name)) {
    throw new UserError(
      `no kind of figure "${name}"${nearest(name, Object.keys(kinds))}: a limit is a percentage of time, like 5%, or of ${Object.keys(kinds).join(', ')}, like instructions=1%`,
    );
  }
}

/**
 * The figures of one kind in a run.
 *
 * @throws UserError where there is no such kind, or the run has none of it
 */
export function figuresOfKind(name: string, results: Results): readonly NamedFigure[] {
  requireKind(name);
  const figures = kinds[name]?.of(results);
  if (figures === undefined || figures.length === 0) {
    throw new UserError(`${results.runId} has no ${name}: ${kinds[name]?.made} counts them`);
  }
  return figures;
}
