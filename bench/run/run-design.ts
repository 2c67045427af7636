import { CheckFailure, codeOf } from '../../db/cli/errors.ts';
import { type Design, defaultDesignName } from '../../db/designs.ts';
import type { Lab } from '../../db/lab.ts';
import { insufficientPrivilege } from '../../db/sqlstates.ts';
import { citus } from '../../db/topologies/topology.ts';
import { buildDesign } from '../database/build-design.ts';
import { checkConformance, unexpectedFailures } from '../database/conformance.ts';
import { rowsOfTables } from '../database/relations.ts';
import type { Workbench } from '../database/workbench.ts';
import { capturePlans } from '../explain/plans.ts';
import { measureServerSide } from '../micro/server-side.ts';
import { measureScenario } from '../paired/measure-scenario.ts';
import type { CapturedPlan, DesignResult, ScenarioResult } from '../results/results.ts';
import { insertNotDurable } from '../scenarios/insert-not-durable.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import { fewestForInterval } from '../stats/median.ts';
import { pairedEstimate, pairsForVerdict } from '../stats/paired-estimate.ts';

/** What is done with a design. */
export interface DesignTask {
  readonly design: Design;
  /** Empty: its behaviours are run and its plans kept, nothing is timed. */
  readonly scenarios: readonly Scenario[];
  readonly checkSeconds: number;
  /** Where plans are kept; undefined where none are taken. */
  readonly planFolder: string | undefined;
  /** Told what is done, and in how many seconds the design's timing ends where that is known. */
  readonly progress: (what: string, secondsLeft?: number) => void;
  /** Told of each figure as far as it is known, whenever more of it is. */
  readonly onFigure?: (figure: FigureSoFar) => void;
}

/** A ratio while it is measured. */
export interface FigureSoFar {
  readonly design: string;
  readonly scenario: string;
  /** Pairs of sessions that it is made of by now. */
  readonly sessions: number;
  /** With its interval, as soon as there are enough for one. */
  readonly ratio?: number;
  readonly low?: number;
  readonly high?: number;
}

/** A design's results and plans. */
export interface DesignOutcome {
  readonly result: DesignResult;
  readonly plans: readonly CapturedPlan[];
}

/** Of a design's time, the share that its cost inside the server gets at most; what it leaves goes to the scenarios. */
const serverSideShare = 0.1;

/** However little time there is: an interval takes some sessions, the latency of one arm takes one. */
const leastSeconds = { pairs: 0.5, oneArm: 0.15 } as const;

/**
 * Builds a design, proves it, captures its plans and times it.
 *
 * @throws CheckFailure naming the failed check where the default design fails one; another design is
 *   reported as failed and not timed.
 */
export async function runDesign(
  lab: Pick<Lab, 'url'>,
  bench: Workbench,
  task: DesignTask,
): Promise<DesignOutcome> {
  const { design, progress } = task;
  const base = {
    name: design.name,
    title: design.title,
    idea: design.idea,
    chooseWhen: design.chooseWhen,
    costs: design.costs,
    keeps: design.keeps,
  };
  progress('build');
  const outcome = await buildDesign(lab, bench.reservation, design);
  if (outcome.state === 'could not be built') {
    const { state: status, reason } = outcome;
    const result: DesignResult = {
      ...base,
      behaviours: [],
      sizes: [],
      scenarios: [],
      status,
      reason,
    };
    return { result, plans: [] };
  }
  const { state: _, ...built } = { ...base, ...outcome };

  progress('checks');
  const behaviours = await checkConformance(lab.url, design, task.checkSeconds);
  const [failed] = unexpectedFailures(behaviours);
  if (failed !== undefined) {
    const reason = `${failed.name}: ${failed.reason ?? 'failed'}`;
    if (design.name === defaultDesignName) throw new CheckFailure(`check failed: ${reason}`);
    const result: DesignResult = {
      ...built,
      behaviours,
      scenarios: [],
      status: 'failed behaviours',
      reason,
    };
    return { result, plans: [] };
  }

  const plans = await plansOf(bench, task);
  if (task.scenarios.length === 0) {
    return { result: { ...built, behaviours, scenarios: [], status: 'planned' }, plans };
  }

  const seconds = bench.method.secondsPerDesign;
  progress('cost inside the server', seconds);
  const checkPlan = plans.find((plan) => plan.statement === 'insert');
  const startedTimingMs = performance.now();
  // a loop in the coordinator sends row by row to the workers: no cost inside a server
  const serverSide =
    bench.reservation.topology === citus
      ? undefined
      : await measureServerSide(bench, design, checkPlan, seconds * serverSideShare);
  const leftSeconds = seconds - (performance.now() - startedTimingMs) / 1_000;
  const scenarios = await timeScenarios(bench, task, Math.max(leftSeconds, seconds / 2));
  const allTimedOut = scenarios.every((one) => one.stoppedBecause === 'a statement timed out');
  const result: DesignResult = {
    ...built,
    behaviours,
    scenarios,
    ...(serverSide === undefined ? {} : { serverSide }),
    status: allTimedOut ? 'timed out' : 'timed',
    ...(allTimedOut ? { reason: 'no statement ended within the time of its scenario' } : {}),
  };
  return { result, plans };
}

async function plansOf(
  { reservation, dataSet }: Workbench,
  { design, planFolder, progress }: DesignTask,
): Promise<readonly CapturedPlan[]> {
  if (planFolder === undefined) return [];
  progress('plans');
  const target = { folder: planFolder, rowsOfTable: await rowsOfTables(reservation.admin) };
  return capturePlans(reservation, design, dataSet, target);
}

/** Times the scenarios of a design that is built. */
export async function timeScenarios(
  bench: Workbench,
  {
    design,
    scenarios,
    progress,
    onFigure,
  }: Pick<DesignTask, 'design' | 'scenarios' | 'progress' | 'onFigure'>,
  seconds: number,
): Promise<readonly ScenarioResult[]> {
  const results = new Map<Scenario, ScenarioResult>();
  const isTwice = ({ control }: Scenario): boolean => control === 'check off twice';
  // what is the same twice is soon precise: what it leaves is there for all others
  const inTurn = [...scenarios.filter(isTwice), ...scenarios.filter((one) => !isTwice(one))];
  let left = seconds;
  let weights = scenarios.reduce((sum, scenario) => sum + scenario.weight, 0);
  for (const [index, scenario] of inTurn.entries()) {
    progress(`${scenario.name}, ${index + 1} of ${scenarios.length}`, left);
    await checkpoint(bench);
    const startedMs = performance.now();
    // what an earlier scenario did not need is there for the later ones
    const least = leastSeconds[scenario.control === 'none' ? 'oneArm' : 'pairs'];
    const allowed = Math.max(least, (left * scenario.weight) / weights);
    results.set(
      scenario,
      await measureScenario(bench, design, scenario, allowed, {
        // of it the slowest are asked for, too
        fewestPairs: scenario.name === insertNotDurable.name ? pairsForVerdict : undefined,
        onSessions: (sessions) =>
          onFigure?.({
            design: design.name,
            scenario: scenario.name,
            sessions: sessions.length,
            ...(scenario.control === 'none' || sessions.length < fewestForInterval
              ? {}
              : rangeOf(pairedEstimate(sessions, bench.method.confidence).ratio)),
          }),
      }),
    );
    left -= (performance.now() - startedMs) / 1_000;
    weights -= scenario.weight;
  }
  return scenarios.flatMap((scenario) => results.get(scenario) ?? []);
}

function rangeOf({ value, low, high }: EstimateRange): Pick<FigureSoFar, 'ratio' | 'low' | 'high'> {
  return { ratio: value, low, high };
}

/** So that no checkpoint falls into a block. Only some roles may. */
async function checkpoint(bench: Workbench): Promise<void> {
  try {
    await bench.reservation.admin.query('checkpoint');
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
  }
}
