import { applyDesign, type Design, defaultDesignName, designNamed } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { buildDesign } from '../database/build-design.ts';
import { relationSizes } from '../database/relations.ts';
import type { Workbench } from '../database/workbench.ts';
import { capturePlans } from '../explain/plans.ts';
import { rebuildIfBloated } from '../micro/bloat.ts';
import { measureIndexProbe } from '../micro/index-probe.ts';
import { measureServerSide } from '../micro/server-side.ts';
import { readTreeShape } from '../micro/tree-shape.ts';
import { measureScenario } from '../paired/measure-scenario.ts';
import type {
  DesignResult,
  IndexProbeResult,
  ScenarioResult,
  SweepDesign,
  SweepPoint,
} from '../results/results.ts';
import { insertNotDurable } from '../scenarios/insert-not-durable.ts';

/** Seconds for one design at one size, inside the server and through a client, where it has as many. */
const seconds = {
  defaultDesign: { server: 8, client: 4 },
  other: { server: 2, client: 1.5 },
} as const;

/** What a size has beside its designs: the tree of blocked_contacts and the floor, with the default design in place. */
export async function measureGround(
  lab: Pick<Lab, 'url'>,
  bench: Workbench,
): Promise<Pick<SweepPoint, 'tree'> & { readonly indexProbe: IndexProbeResult }> {
  const { reservation, dataSet, seed } = bench;
  await applyDesign(lab.url, reservation.admin, designNamed(defaultDesignName));
  await reservation.change((admin) => admin.query('vacuum (analyze)'));
  const blocked = dataSet.rowCounts.blocked_contacts;
  await rebuildIfBloated(reservation, blocked);
  const tree = await readTreeShape(reservation, blocked);
  return { tree, indexProbe: await measureIndexProbe(reservation, dataSet, { seed }) };
}

/** A design at one of the smaller sizes of a sweep: not its checks, and one scenario. */
export async function measureAtSize(
  lab: Pick<Lab, 'url'>,
  bench: Workbench,
  design: Design,
): Promise<SweepDesign> {
  const { name } = design;
  const built = await buildDesign(lab, bench.reservation, design);
  if (built.state === 'could not be built') {
    return { name, status: built.state, reason: built.reason };
  }
  const wanted = name === defaultDesignName ? seconds.defaultDesign : seconds.other;
  const most = bench.method.secondsPerDesign;
  const relations = await relationSizes(bench.reservation.admin);
  const target = {
    rowsOfTable: (table: string) => relations.find((relation) => relation.name === table)?.rows,
  };
  const plans = await capturePlans(bench.reservation, design, bench.dataSet, target, ['insert']);
  const serverSide = await measureServerSide(
    bench,
    design,
    plans[0],
    Math.min(most, wanted.server),
  );
  const scenario = await measureScenario(
    bench,
    design,
    insertNotDurable,
    Math.min(most, wanted.client),
  );
  const timedOut = scenario.stoppedBecause === 'a statement timed out';
  return sweepDesign({
    name,
    ...built,
    status: timedOut ? 'timed out' : 'timed',
    scenarios: [scenario],
    serverSide,
  });
}

/** A design at the last size, where it is measured in full: its point on the curve is part of that. */
export function sweepDesign(
  result: Pick<
    DesignResult,
    'name' | 'status' | 'reason' | 'buildMs' | 'sizes' | 'scenarios' | 'serverSide'
  >,
): SweepDesign {
  const { name, status, buildMs, sizes, serverSide } = result;
  const reason = result.reason ?? serverSide?.notes.join('; ') ?? '';
  const ratio = ratioOf(result.scenarios.find((one) => one.name === insertNotDurable.name));
  return {
    name,
    status,
    ...(reason === '' ? {} : { reason }),
    ...(buildMs === undefined ? {} : { buildMs }),
    ...(status === 'could not be built'
      ? {}
      : { sizeBytes: sizes.reduce((sum, relation) => sum + relation.sizeBytes, 0) }),
    ...(serverSide?.nsPerRow === undefined ? {} : { checkNsPerRow: serverSide.nsPerRow }),
    ...(serverSide?.bulkNsPerRow === undefined ? {} : { bulkNsPerRow: serverSide.bulkNsPerRow }),
    ...(serverSide?.buffersPerCheck === undefined
      ? {}
      : { buffersPerCheck: serverSide.buffersPerCheck }),
    ...(ratio === undefined ? {} : { ratio }),
  };
}

function ratioOf(scenario: ScenarioResult | undefined): SweepDesign['ratio'] {
  const { paired } = scenario ?? {};
  return (
    paired && {
      value: paired.ratio,
      low: paired.ratioLow,
      high: paired.ratioHigh,
      samples: paired.pairs,
    }
  );
}
