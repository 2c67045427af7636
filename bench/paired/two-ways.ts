import { UserError } from '../../db/cli/errors.ts';
import { closing } from '../../db/connection/closing.ts';
import { applyDesign, defaultDesignName, designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { allows } from '../../db/server/capabilities.ts';
import { citus } from '../../db/topologies/topology.ts';
import { defaultDataSet } from '../../seed/data-set/data-set.ts';
import { ensureSeeded } from '../database/ensure-seeded.ts';
import { reserveForBench } from '../database/reservation.ts';
import type { Workbench } from '../database/workbench.ts';
import type { ArmMethod, PairedFigure, ScenarioResult } from '../results/results.ts';
import { readOptions } from '../run/options.ts';
import { sameTwice } from '../scenarios/same-twice.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { measureScenario } from './measure-scenario.ts';
import { withPlacement } from './pin-sessions.ts';

/** What one way of telling the arms apart found. */
export interface WayFigure {
  readonly method: ArmMethod;
  /** Absent where there were too few sessions. */
  readonly paired?: PairedFigure;
  /** The same with the check off in both arms: 0 is true. */
  readonly same?: PairedFigure;
}

/** Whether two ways found the same; not judged where a figure is missing. */
export type Agreement = 'agree' | 'differ' | 'not judged';

/** One scenario by both ways. */
export interface TwoWays {
  readonly scenario: string;
  readonly superuser: WayFigure;
  readonly plain: WayFigure;
  readonly agreement: Agreement;
}

/**
 * Times the default design by trigger modes, which only a superuser may set, and by twin tables, which any
 * owner has; each with the method tried on itself.
 *
 * @param wanted the size of the data set, and whether one of another size is emptied first
 * @param seconds time for each figure
 * @throws UserError where the role may not set trigger modes
 */
export async function timeTwoWays(
  lab: Lab,
  wanted: { readonly messages: number; readonly replace: boolean },
  seconds: number,
  scenarios: readonly Scenario[],
  progress: (what: string) => void,
): Promise<readonly TwoWays[]> {
  await requireTriggerModes(lab);
  const unplaced = readOptions({ scale: String(wanted.messages) });
  const options = await withPlacement(unplaced, undefined, [lab]);
  const dataSet = await ensureSeeded(lab, { ...wanted, seed: defaultDataSet.seed });
  return closing(async (defer) => {
    const reservation = await reserveForBench(lab);
    defer((failure) => reservation.close(failure));
    const design = designNamed(defaultDesignName);
    await applyDesign(lab.url, reservation.admin, design);
    const bench: Workbench = {
      ...options,
      ...{ reservation, major: lab.major, dataSet, runStartedMs: performance.now() },
    };
    const found: TwoWays[] = [];
    for (const scenario of scenarios) {
      const time = async (arms?: 'twin tables'): Promise<WayFigure> => {
        const way = arms === undefined ? {} : { arms };
        const told = arms ?? 'trigger modes';
        progress(`${scenario.name}, ${told}`);
        const own = await measureScenario(bench, design, scenario, seconds, way);
        progress(`${scenario.name}, ${told}, the check off in both arms`);
        const same = await measureScenario(bench, design, sameTwice(scenario), seconds, way);
        return wayOf(own, same);
      };
      const ways = { superuser: await time(), plain: await time('twin tables') };
      found.push({ scenario: scenario.name, ...ways, agreement: agreementOf(ways) });
    }
    return found;
  });
}

function wayOf(own: ScenarioResult, same: ScenarioResult): WayFigure {
  return {
    method: own.method,
    ...(own.paired === undefined ? {} : { paired: own.paired }),
    ...(same.paired === undefined ? {} : { same: same.paired }),
  };
}

/**
 * Two ways agree where the intervals of the added time overlap, each widened by what its way found where
 * nothing was added. The added time and not the ratio: twin tables begin empty, so a row costs less in both arms.
 */
export function agreementOf({ superuser, plain }: Pick<TwoWays, 'superuser' | 'plain'>): Agreement {
  const [a, b] = [widened(superuser), widened(plain)];
  if (a === undefined || b === undefined) return 'not judged';
  return a.low <= b.high && b.low <= a.high ? 'agree' : 'differ';
}

/** The added time's interval, for one row, wider by the farther end of what was found where 0 is true. */
function widened({ paired, same }: WayFigure): { low: number; high: number } | undefined {
  if (paired === undefined || same === undefined) return undefined;
  const floor = Math.max(
    Math.abs(same.differenceLowNsPerRow),
    Math.abs(same.differenceHighNsPerRow),
  );
  return {
    low: paired.differenceLowNsPerRow - floor,
    high: paired.differenceHighNsPerRow + floor,
  };
}

async function requireTriggerModes(lab: Lab): Promise<void> {
  if (lab.topology === citus) {
    throw new UserError('on a cluster the arms are twin tables only: there is no other way');
  }
  if (await allows(lab, 'trigger modes')) return;
  throw new UserError(
    'only a superuser may set trigger modes: for this role the arms are twin tables, and there is no other way to compare them with',
  );
}
