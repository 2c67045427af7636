import type { Lab } from '../../db/lab.ts';
import { buildDesign } from '../database/build-design.ts';
import type { Workbench } from '../database/workbench.ts';
import type { Journal } from '../results/journal.ts';
import type { DesignResult, ScenarioResult } from '../results/results.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { BenchOptions } from './options.ts';
import { type FigureSoFar, timeScenarios } from './run-design.ts';
import { secondsAgain, slowFigures, withTimedAgain } from './slow-spells.ts';

/** Of the time for timing all designs, so much more at most: to build and to time some of them again. */
const moreTime = 0.25;

/** What of a run it needs. */
interface Again {
  readonly lab: Pick<Lab, 'url'>;
  readonly options: Pick<BenchOptions, 'designs' | 'scenarios' | 'method'>;
  readonly journal: Journal;
  readonly progress: (what: string) => void;
  readonly onFigure: (figure: FigureSoFar) => void;
}

/**
 * Times again, once, what was timed while the machine was slower (see slow-spells.ts): those first that take
 * least, as long as there is time. By the time without the check it is chosen what is timed again and which
 * of two figures stays, never by what the check costs.
 */
export async function timeSlowAgain(
  { lab, options, journal, progress, onFigure }: Again,
  bench: Workbench,
  results: readonly DesignResult[],
): Promise<readonly DesignResult[]> {
  const slow = slowFigures(results);
  const sum = (scenarios: readonly Scenario[]): number =>
    scenarios.reduce((weights, { weight }) => weights + weight, 0);
  const tasks = options.designs.flatMap((design) => {
    const result = results.find(({ name }) => name === design.name);
    const scenarios = options.scenarios.filter(({ name }) =>
      slow.some((figure) => figure.design === design.name && figure.scenario === name),
    );
    if (result === undefined || scenarios.length === 0) return [];
    const seconds = (options.method.secondsPerDesign * sum(scenarios)) / sum(options.scenarios);
    return [{ design, scenarios, seconds, altogether: secondsAgain(result, seconds) }];
  });
  let left = moreTime * options.method.secondsPerDesign * options.designs.length;
  const again = new Map<string, readonly ScenarioResult[]>();
  for (const task of tasks.toSorted((a, b) => a.altogether - b.altogether)) {
    const { design, scenarios, seconds, altogether } = task;
    if (altogether > left) break;
    left -= altogether;
    const say = (what: string): void => progress(`${design.name}, again: ${what}`);
    const timed = await journal.once(`design ${design.name}, again`, async () => {
      say('build');
      const { state } = await buildDesign(lab, bench.reservation, design);
      if (state !== 'built') return [];
      return timeScenarios(bench, { design, scenarios, progress: say, onFigure }, seconds);
    });
    again.set(design.name, timed);
  }
  return withTimedAgain(results, again);
}
