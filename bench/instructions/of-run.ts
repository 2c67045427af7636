import type pg from 'pg';
import { type Design, defaultDesignName } from '../../db/designs.ts';
import type { Journal } from '../results/journal.ts';
import type { Instructions } from '../results/results.ts';
import { type CountingTask, countInstructions, countsExactly } from './count-instructions.ts';

/**
 * Whose instructions a run counts. `the default design`: where valgrind is installed and the run is
 * young; `every design` of the run: whatever it takes, and where nothing counts the results say why.
 */
export type InstructionsWanted = 'every design' | 'the default design' | 'none';

/** The default design's are counted by themselves only while a run is younger than this. */
export const instructionsWithinSeconds = 150;

/** What a run counts of its designs; undefined where it counts nothing. */
export async function instructionsOfRun(
  run: {
    readonly lab: CountingTask['lab'];
    readonly options: {
      readonly designs: readonly Design[];
      readonly instructions: InstructionsWanted;
    };
    readonly journal: Journal;
    readonly progress: (what: string) => void;
    /** performance.now() when it began. */
    readonly startedMs: number;
  },
  admin: pg.Client,
): Promise<Instructions | undefined> {
  const { lab, options, journal, progress } = run;
  const once: CountingTask['once'] = (name, count) => journal.once(`instructions ${name}`, count);
  const task = { lab, admin, progress, once };
  if (options.instructions === 'every design') {
    return countInstructions({ ...task, designs: options.designs });
  }
  const isLate = performance.now() - run.startedMs > instructionsWithinSeconds * 1_000;
  const byDefault = options.designs.filter(({ name }) => name === defaultDesignName);
  if (options.instructions === 'none' || isLate || byDefault.length === 0 || !countsExactly()) {
    return undefined;
  }
  return countInstructions({ ...task, designs: byDefault });
}
