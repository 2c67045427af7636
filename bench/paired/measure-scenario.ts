import type { Design } from '../../db/designs.ts';
import type { Workbench } from '../database/workbench.ts';
import type { ScenarioResult } from '../results/results.ts';
import { createDraw } from '../scenarios/draw.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { betweenPlaces } from './arms/arms.ts';
import { makeArms } from './arms/make-arms.ts';
import { measurePairs, type PairTask } from './measure-pairs.ts';
import type { Place } from './places.ts';
import { prefaultLookup } from './prefault.ts';

/** What need not be said. */
export interface PairOptions
  extends Pick<PairTask<never>, 'mostSessionsMs' | 'fewestPairs' | 'onSlice' | 'onSessions'> {
  /** Twin tables also where the role might do otherwise: see makeArms. */
  readonly arms?: 'twin tables';
  /** Where the control is, for a scenario whose control is another place. */
  readonly against?: Place;
}

/** Measures one scenario of a design that is in place in the lab's own tables, as measurePairs does. */
export async function measureScenario(
  bench: Workbench,
  design: Design,
  scenario: Scenario,
  secondsAllowed: number,
  { arms: wanted, against, ...options }: PairOptions = {},
): Promise<ScenarioResult> {
  const { reservation, dataSet } = bench;
  const own: Place = { reservation, design };
  const shared = bench.poolerUrl === undefined ? undefined : 'twin tables';
  return measurePairs({
    bench: {
      ...bench,
      blockThreshold: dataSet.blockThreshold,
      draw: (seed) => createDraw(dataSet, seed),
    },
    places: { treatment: own, control: against ?? own },
    scenario,
    secondsAllowed,
    settle: await prefaultLookup(reservation.admin, design, bench.method),
    makeArms: async () =>
      against === undefined
        ? makeArms(reservation, design, scenario.control, wanted ?? scenario.arms ?? shared)
        : betweenPlaces,
    ...options,
  });
}
