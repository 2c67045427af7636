import type { LoadError, LoadTrial } from '../../load/results/results.ts';
import { formatCount } from '../format.ts';

/** The errors of several loads together, the most frequent first. */
export function errorsOf(
  trials: readonly Pick<LoadTrial, 'errors'>[],
): readonly (readonly [sqlState: string, LoadError])[] {
  const sums = new Map<string, LoadError>();
  for (const { errors } of trials) {
    for (const [sqlState, error] of Object.entries(errors)) {
      const sum = sums.get(sqlState);
      sums.set(sqlState, {
        answers: error.answers + (sum?.answers ?? 0),
        connecting: error.connecting + (sum?.connecting ?? 0),
        failed: error.failed + (sum?.failed ?? 0),
        message: sum?.message ?? error.message,
      });
    }
  }
  const often = ({ answers, connecting }: LoadError): number => answers + connecting;
  return [...sums].sort(([, a], [, b]) => often(b) - often(a));
}

/** A line for each. */
export function errorLines(trials: readonly Pick<LoadTrial, 'errors'>[]): readonly string[] {
  return errorsOf(trials).map(([sqlState, { answers, connecting, failed, message }]) => {
    const counts = [
      [answers, 'statements'],
      [connecting, 'tries to connect'],
      [failed, 'failed for good'],
    ] as const;
    const told = counts.filter(([count]) => count > 0);
    return `  ${sqlState}: ${told.map(([count, what]) => `${formatCount(count)} ${what}`).join(', ')} (${message})`;
  });
}
