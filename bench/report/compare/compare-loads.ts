import type { LoadResults, LoadTrial, RampResult } from '../../load/results/results.ts';
import { verdictOf } from '../../stats/bootstrap.ts';
import type { EstimateRange } from '../../stats/estimate.ts';
import { median } from '../../stats/median.ts';
import { type Fact, placeFacts, settingFacts } from '../environment-facts.ts';
import { formatCount } from '../format.ts';
import { changeOf } from './change-of.ts';
import {
  type Comparability,
  durabilityReasons,
  environmentCautions,
  poolerCautions,
} from './comparable.ts';
import {
  type Change,
  type Comparison,
  differences,
  flagDifference,
  type Measure,
} from './compare-runs.ts';

/** Fewer seconds than this have no interval that says anything. */
const fewestSeconds = 5;

/** Compares two loads: their latency second by second, and the ceilings that ramps found. Pure, as compareRuns is. */
export function compareLoads(before: LoadResults, after: LoadResults): Comparison {
  const comparability = loadComparability(before, after);
  const [earlier, later] = [figuresOf(before), figuresOf(after)];
  const find = ({ key }: LoadFigure): LoadFigure | undefined =>
    later.find((figure) => figure.key === key);
  const changes =
    comparability.reasons.length > 0
      ? []
      : earlier.flatMap((figure) => changed(figure, find(figure)));
  return {
    kind: 'load',
    before,
    after,
    comparability,
    changes: changes.sort((a, b) => b.ratio.value - a.ratio.value),
    onlyBefore: [],
    onlyAfter: later
      .filter(({ key }) => !earlier.some((figure) => figure.key === key))
      .map(({ design, title }) => `${design}, ${title}`),
    missing: earlier
      .filter((figure) => find(figure) === undefined)
      .map(({ design, title }) => `${design}, ${title}`),
    plans: [],
    instructions: [],
    environment: [
      ...differences(factsOf(before), factsOf(after)),
      ...flagDifference(before.environment, after.environment),
    ],
  };
}

/** One figure of a load, by which the other load's is found. */
interface LoadFigure {
  readonly key: string;
  readonly design: string;
  readonly scenario: string;
  readonly title: string;
  readonly measure: Measure;
  /** Seconds of a load; a ramp's ceiling lies between two rates. */
  readonly value:
    | {
        readonly kind: 'seconds';
        readonly samples: readonly number[];
        readonly worse: 'more' | 'less';
      }
    | { readonly kind: 'ceiling'; readonly kept: number; readonly missed: number };
}

function figuresOf({ trials, ramps }: LoadResults): readonly LoadFigure[] {
  // where the check was on and off in one command, each is held against its like
  const both = new Set(trials.map(({ check = 'on' }) => check)).size > 1;
  const withCheck = (one: LoadFigure, check: 'on' | 'off' = 'on'): LoadFigure =>
    both && check === 'off'
      ? { ...one, key: `${one.key}\noff`, title: `${one.title}, the check off` }
      : one;
  return ramps.length > 0
    ? ramps.flatMap((ramp) => rampFigures(ramp).map((one) => withCheck(one, ramp.check)))
    : trials.flatMap((trial) => trialFigures(trial).map((one) => withCheck(one, trial.check)));
}

function trialFigures(trial: LoadTrial): readonly LoadFigure[] {
  const { design, mix, rate, clients, isolation, intervals } = trial;
  const at = rate === 'max' ? 'closed loop' : `${formatCount(rate)}/s`;
  const of = (
    what: 'p50' | 'p99' | 'rate',
    measure: Measure,
    samples: readonly number[],
    worse: 'more' | 'less',
  ): readonly LoadFigure[] =>
    samples.length < fewestSeconds
      ? []
      : [
          {
            key: [design, mix.name, rate, clients, isolation, what].join('\n'),
            design,
            scenario: `${mix.name}-${what}`,
            title: `${mix.name}, ${at}, ${clients} connections: ${what === 'rate' ? 'answers a second' : `${what} of a second`}`,
            measure,
            value: { kind: 'seconds', samples, worse },
          },
        ];
  const ns = (percentile: 'p50Ms' | 'p99Ms'): readonly number[] =>
    intervals.flatMap((interval) => {
      const ms = interval[percentile];
      return ms === null ? [] : [ms * 1e6];
    });
  const answered = intervals.map(({ counts, lengthS }) => counts.done / lengthS);
  return [
    ...of('p50', 'latency under load', ns('p50Ms'), 'more'),
    ...of('p99', 'latency under load', ns('p99Ms'), 'more'),
    ...(rate === 'max' ? of('rate', 'operations a second', answered, 'less') : []),
  ];
}

function rampFigures({
  design,
  objective,
  highestRate,
  lowestMiss,
}: RampResult): readonly LoadFigure[] {
  if (highestRate === null) return []; // no ceiling was found
  return [
    {
      key: [design, objective].join('\n'),
      design,
      scenario: 'ramp',
      title: `highest rate that keeps ${objective}`,
      measure: 'operations a second',
      value: { kind: 'ceiling', kept: highestRate, missed: lowestMiss ?? Number.POSITIVE_INFINITY },
    },
  ];
}

function changed(before: LoadFigure, after: LoadFigure | undefined): readonly Change[] {
  if (after === undefined) return [];
  const { design, scenario, title, measure } = before;
  const ratio = ratioOf(before, after);
  return [
    {
      design,
      scenario,
      title,
      measure,
      ratio,
      verdict: verdictOf(ratio),
      judged: true,
      before: shownValue(before),
      after: shownValue(after),
    },
  ];
}

/** Above 1 is worse: a later load that takes longer, or that does less. */
function ratioOf({ value: before }: LoadFigure, { value: after }: LoadFigure): EstimateRange {
  if (before.kind === 'ceiling' && after.kind === 'ceiling') {
    // each ceiling lies between the highest rate that kept the objective and the lowest that did not
    return {
      value: before.kept / after.kept,
      low: before.kept / after.missed,
      high: before.missed / after.kept,
    };
  }
  if (before.kind === 'seconds' && after.kind === 'seconds') {
    return after.worse === 'more'
      ? changeOf(after.samples, before.samples)
      : changeOf(before.samples, after.samples);
  }
  throw new Error('two figures of one key are of two kinds');
}

function shownValue({ value }: LoadFigure): number {
  return value.kind === 'ceiling' ? value.kept : median(value.samples);
}

function loadComparability(before: LoadResults, after: LoadResults): Comparability {
  const data = ({ scale, dataSetSeed }: LoadResults): string =>
    dataSetSeed === undefined ? scale : `${scale}, seed ${dataSetSeed}`;
  const mixes = ({ trials }: LoadResults): ReadonlyMap<string, string> =>
    new Map(trials.map(({ mix }) => [mix.name, JSON.stringify(mix)]));
  const [was, is] = [mixes(before), mixes(after)];
  const check = ({ trials }: LoadResults): string =>
    [...new Set(trials.map(({ check = 'on' }) => check))].sort().reverse().join(' and ');
  const isWrong = ({ trials }: LoadResults): boolean =>
    trials.some(({ verification }) => !verification.ok);
  return {
    reasons: [
      ...(data(before) === data(after)
        ? []
        : [`the data are not the same: ${data(before)} before, ${data(after)} after`]),
      ...durabilityReasons(before.environment, after.environment),
      ...[...was].flatMap(([name, mix]) =>
        is.has(name) && is.get(name) !== mix ? [`the mix ${name} is not the same`] : [],
      ),
      ...[before, after]
        .filter(isWrong)
        .map(({ runId }) => `after ${runId} the database was not what was acknowledged`),
    ],
    cautions: [
      ...(check(before) === check(after)
        ? []
        : [`the check was ${check(before)} before and ${check(after)} after`]),
      ...poolerCautions(before, after),
      ...environmentCautions(before.environment, after.environment),
    ],
  };
}

function factsOf({ environment, commandLine }: LoadResults): ReadonlyMap<string, string> {
  return new Map<string, string>([
    ...placeFacts(environment),
    ['command', commandLine],
    ...settingFacts({ environment }).map(([name, value]): Fact => [`setting ${name}`, value]),
  ]);
}
