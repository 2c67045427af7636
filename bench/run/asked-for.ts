import type { DesignStatus, Results } from '../results/results.ts';

/** How a design that was asked for came to have no figure. */
const failures: readonly DesignStatus[] = ['could not be built', 'failed behaviours'];

/**
 * One line for each design that was asked for and could not be built, or failed its behaviours, at the
 * run's size or at one of a sweep. A design that was only explained was not asked for.
 */
export function notMeasured(
  results: Pick<Results, 'designs' | 'sweep'>,
  asked: readonly string[],
): readonly string[] {
  return asked.flatMap((name) => {
    const seen = [
      ...results.designs.map((design) => ({ ...design, at: '' })),
      ...results.sweep.flatMap(({ messages, designs }) =>
        designs.map((design) => ({ ...design, at: ` at ${messages} messages` })),
      ),
    ];
    const failed = seen.find((one) => one.name === name && failures.includes(one.status));
    if (failed === undefined) return [];
    const why = failed.reason === undefined ? '' : `: ${failed.reason}`;
    return [`${name} ${failed.status}${failed.at}${why}`];
  });
}
