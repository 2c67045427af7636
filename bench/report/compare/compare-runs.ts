import type { DesignResult, Results, ScenarioResult } from '../../results/results.ts';
import { type Verdict, verdictOf } from '../../stats/bootstrap.ts';
import type { EstimateRange } from '../../stats/estimate.ts';
import { ratioOfRatios } from '../../stats/ratio-of-ratios.ts';
import { environmentFacts, type Fact, settingFacts } from '../environment-facts.ts';
import { allowingFor, noiseFloor } from '../noise-floor.ts';
import { isPaired, ratioOf } from '../questions.ts';
import { sessionMedians } from '../session-medians.ts';
import { changeOf } from './change-of.ts';
import { type Comparability, comparability, differingFlags } from './comparable.ts';
import { compareInstructions, type InstructionChange } from './compare-instructions.ts';
import { comparePlans, type PlanChange } from './compare-plans.ts';

/** What a change is a change of. */
export type Measure =
  /** The paired ratio: each run's own control divides its machine's drift out. */
  | 'with the check'
  /** The control: what the machine, the server and everything but the check did. */
  | 'without the check'
  /** A scenario of one arm, its time divided by how the controls of its design moved. */
  | 'one arm'
  /** Of a load: what its callers waited, second by second. */
  | 'latency under load'
  /** Of a load: how much it did, or could do; less is worse. */
  | 'operations a second';

/** What is compared: a run, or a load. */
export type Compared = Pick<Results, 'runId' | 'startedAt' | 'environment' | 'instructions'>;

/** One figure in both runs. */
export interface Change {
  readonly design: string;
  readonly scenario: string;
  readonly title: string;
  readonly measure: Measure;
  /** The later run over the earlier one, with its interval. */
  readonly ratio: EstimateRange;
  readonly verdict: Verdict;
  /** Whether `--fail-on` looks at it: not at controls, whose drift is not the check's. */
  readonly judged: boolean;
  readonly before: number;
  /** Of one arm that is judged: as it would be at the earlier run's speed, so that the ratio is its own. */
  readonly after: number;
}

/** A fact that is not the same in both runs. */
export interface Difference {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** Two runs side by side. */
export interface Comparison {
  readonly kind: 'bench' | 'load';
  readonly before: Compared;
  readonly after: Compared;
  /** Whether they can be compared at all; where not, there are no changes. */
  readonly comparability: Comparability;
  /** Of everything that both runs have, the largest change for the worse first. */
  readonly changes: readonly Change[];
  /** Designs, and scenarios of designs, that one run alone has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Figures that the earlier run has and the later one has not. */
  readonly missing: readonly string[];
  readonly plans: readonly PlanChange[];
  /** Of everything that both runs counted, the largest change for the worse first. */
  readonly instructions: readonly InstructionChange[];
  readonly environment: readonly Difference[];
}

/** Compares two runs. A pure function: no database, no clock, the same every time. */
export function compareRuns(before: Results, after: Results): Comparison {
  const floorOf: FloorOf = (scenario) =>
    Math.max(noiseFloor(before, scenario), noiseFloor(after, scenario));
  const comparable = comparability(before, after);
  const alike = comparable.reasons.length === 0;
  const changes = (alike ? after.designs : []).flatMap((design) => {
    const earlier = before.designs.find((candidate) => candidate.name === design.name);
    return earlier === undefined ? [] : designChanges(earlier, design, floorOf);
  });
  return {
    kind: 'bench',
    before,
    after,
    comparability: comparable,
    changes: changes.sort((a, b) => b.ratio.value - a.ratio.value),
    onlyBefore: missingFrom(before, after),
    onlyAfter: missingFrom(after, before),
    missing: missingFigures(before, after),
    plans: alike ? comparePlans(before.plans, after.plans) : [],
    instructions: compareInstructions(before, after),
    environment: [
      ...differences(factsOf(before), factsOf(after)),
      ...flagDifference(before.environment, after.environment),
    ],
  };
}

/** What is slower by more than `share` with its whole interval: 0.05 is five percent. */
export function slowerThan(comparison: Comparison, share: number): readonly Change[] {
  return comparison.changes.filter((change) => change.judged && change.ratio.low > 1 + share);
}

/** How far from 1 the method comes out by itself in a scenario like this one, in either run. */
type FloorOf = (scenario: ScenarioResult) => number;

function designChanges(
  before: DesignResult,
  after: DesignResult,
  floorOf: FloorOf,
): readonly Change[] {
  const drift = controlDrift(before, after);
  return after.scenarios.flatMap((scenario): readonly Change[] => {
    const earlier = before.scenarios.find((candidate) => candidate.name === scenario.name);
    if (earlier === undefined) return [];
    const base = { design: after.name, scenario: scenario.name, title: scenario.title };
    if (isPaired(earlier) && isPaired(scenario)) {
      const paired = allowingFor(
        ratioOfRatios(ratioOf(scenario.paired), ratioOf(earlier.paired)),
        floorOf(scenario),
      );
      const control = armRatio(earlier, scenario, 'control');
      return [
        {
          ...base,
          measure: 'with the check',
          ratio: paired,
          verdict: verdictOf(paired),
          judged: true,
          before: earlier.paired.ratio,
          after: scenario.paired.ratio,
        } satisfies Change,
        {
          ...base,
          measure: 'without the check',
          ratio: control,
          verdict: verdictOf(control),
          judged: false,
          before: earlier.paired.baselineNs,
          after: scenario.paired.baselineNs,
        } satisfies Change,
      ];
    }
    const single = armRatio(earlier, scenario, 'treatment');
    const [earlierNs, laterNs] = [medianNs(earlier), medianNs(scenario)];
    if (!Number.isFinite(single.value) || earlierNs === undefined || laterNs === undefined) {
      return [];
    }
    const ratio = drift === undefined ? single : quotient(single, drift);
    return [
      {
        ...base,
        measure: 'one arm',
        ratio,
        verdict: verdictOf(ratio),
        judged: drift !== undefined,
        before: earlierNs,
        after: laterNs / (drift?.value ?? 1),
      } satisfies Change,
    ];
  });
}

/** How the controls of a design's first one-row scenario moved from one run to the other. */
function controlDrift(before: DesignResult, after: DesignResult): EstimateRange | undefined {
  for (const scenario of after.scenarios) {
    const earlier = before.scenarios.find((candidate) => candidate.name === scenario.name);
    if (earlier === undefined || !isPaired(scenario) || !isPaired(earlier)) continue;
    if (scenario.rowsPerStatement === 1 && scenario.clients === 1 && !scenario.durable) {
      return armRatio(earlier, scenario, 'control');
    }
  }
  return undefined;
}

/** The quotient of two intervals: as wide as both allow. */
function quotient(a: EstimateRange, b: EstimateRange): EstimateRange {
  return { value: a.value / b.value, low: a.low / b.high, high: a.high / b.low };
}

function armRatio(
  before: ScenarioResult,
  after: ScenarioResult,
  arm: 'treatment' | 'control',
): EstimateRange {
  return changeOf(sessionMedians(after, arm), sessionMedians(before, arm));
}

/** Undefined where too few samples were taken. */
function medianNs(scenario: ScenarioResult): number | undefined {
  return scenario.arms.find((arm) => arm.arm === 'treatment')?.percentiles.p50 ?? undefined;
}

/** Every design and scenario of the earlier run that has a figure there and none in the later one. */
function missingFigures(before: Results, after: Results): readonly string[] {
  const later = new Set(figuresOf(after).map(({ key }) => key));
  return figuresOf(before)
    .filter(({ key }) => !later.has(key))
    .map(({ text }) => text);
}

function figuresOf({
  designs,
}: Results): readonly { readonly key: string; readonly text: string }[] {
  return designs.flatMap((design) =>
    design.scenarios
      .filter(
        (scenario) =>
          isPaired(scenario) || (isOneArm(scenario) && medianNs(scenario) !== undefined),
      )
      .map(({ name, title }) => ({
        key: `${design.name}\n${name}`,
        text: `${design.name}, ${title}`,
      })),
  );
}

function isOneArm({ control }: ScenarioResult): boolean {
  return control === 'none';
}

function missingFrom(from: Results, other: Results): readonly string[] {
  return from.designs.flatMap((design) => {
    const same = other.designs.find((candidate) => candidate.name === design.name);
    if (same === undefined) return [design.name];
    if (same.status !== design.status) return [`${design.name} (${design.status})`];
    return design.scenarios
      .filter((scenario) => !same.scenarios.some((candidate) => candidate.name === scenario.name))
      .map((scenario) => `${design.name}: ${scenario.title}`);
  });
}

/** The flags of the processor that only one of two runs had. */
export function flagDifference(
  before: Results['environment'],
  after: Results['environment'],
): readonly Difference[] {
  const found = differingFlags(before, after);
  if (found === undefined) return [];
  const text = (flags: readonly string[]): string => flags.join(' ') || 'no other';
  return [
    {
      name: 'flags of the processor',
      before: text(found.onlyBefore),
      after: text(found.onlyAfter),
    },
  ];
}

/** Facts that change with every run and explain nothing alone. */
const volatile = new Set([
  ...['load average before', 'load average after', 'database'],
  ...['processors busy during the run', 'taken by other machines (steal)'],
]);

function factsOf(results: Results): ReadonlyMap<string, string> {
  return new Map<string, string>([
    ...environmentFacts(results),
    ...settingFacts(results).map(([name, value]): Fact => [`setting ${name}`, value]),
  ]);
}

/** The facts that are not the same. */
export function differences(
  earlier: ReadonlyMap<string, string>,
  later: ReadonlyMap<string, string>,
): readonly Difference[] {
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .filter((name) => !volatile.has(name))
    .map((name) => {
      const absent = name.startsWith('setting ') ? 'default' : 'not recorded';
      return { name, before: earlier.get(name) ?? absent, after: later.get(name) ?? absent };
    })
    .filter((difference) => difference.before !== difference.after);
}
