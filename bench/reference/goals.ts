import { existsSync } from 'node:fs';
import { pairsText, pgbenchVerdict, shareOfPgbench } from '../load/pgbench/pgbench-goal.ts';
import { readLoad } from '../load/results/read-load.ts';
import type { LoadResults } from '../load/results/results.ts';
import type { FinishedPart } from '../parts/run-parts.ts';
import {
  counted,
  formatNs,
  formatRatioInterval,
  formatSignedNsInterval,
  shortCount,
} from '../report/format.ts';
import { failoverMark, failoverVerdict, standbyText } from '../report/load/failover-text.ts';
import {
  goals as designGoals,
  leadDesign,
  pairedOf,
  questionsOf,
  ratioOf,
} from '../report/questions.ts';
import { rankDesigns, rankedOf } from '../report/ranking.ts';
import { instantBelowNs, slowestOfHundred } from '../report/sections/instant.ts';
import { scalingEnds } from '../report/sections/scaling.ts';
import { readResults } from '../results/read-results.ts';
import type { Results } from '../results/results.ts';
import { readRollout } from '../rollout/read-rollout.ts';
import type { RolloutGoal, RolloutResults } from '../rollout/results.ts';
import { readSpeed } from '../seeding/read-speed.ts';
import {
  reachesGoal,
  type SpeedResults,
  shareOfServer,
  speedRatios,
  timesOfServer,
} from '../seeding/speed-results.ts';
import type { EstimateRange } from '../stats/estimate.ts';
import {
  type GoalVerdict,
  medianOfPairs,
  pairMedianText,
  verdictOn,
} from '../stats/pair-median.ts';

/** One goal of the lab and what was reached. */
export interface Goal {
  readonly goal: string;
  readonly reached: string;
  /** Open: the interval holds the goal, or nothing was measured. None: a figure that has no goal. */
  readonly verdict: GoalVerdict | 'none';
}

const wanted = {
  /** Of a lookup at the last size to one at the first. */
  scaling: 1.05,
  seedSeconds: 360,
  verifySeconds: 180,
  /** Of pgbench's median latency, one client. */
  clientLatency: 1.25,
} as const;

/** What a reference holds beside the results of its bench. */
export interface Beside {
  /** The default design timed longer, with every scenario; undefined where it was not. */
  readonly ofDefault: Results | undefined;
  readonly parts: readonly FinishedPart[];
  /** By the name of their part. */
  readonly loads: Readonly<Record<string, LoadResults>>;
  /** What the seeder's speed was compared with. */
  readonly speeds: readonly SpeedResults[];
  readonly rollout: RolloutResults | undefined;
}

/** The lab's goals beside what a reference reached. */
export function goalsOf(
  results: Results,
  { ofDefault = results, parts, loads, speeds, rollout }: Beside,
): readonly Goal[] {
  return [
    instantGoal(ofDefault),
    ...insertGoals(results, ofDefault),
    scalingGoal(results),
    seedGoal(results),
    atMost(
      `the whole data set verified within ${wanted.verifySeconds} s`,
      parts.find(({ name }) => name === 'verify')?.seconds,
      wanted.verifySeconds,
      (seconds) => `${seconds} s`,
    ),
    ...speeds.map(speedGoal),
    ...clientGoals(ofDefault),
    ...Object.values(loads).flatMap(loadGoals),
    ...(rollout?.goals ?? []).map(rolloutGoal),
  ];
}

/** Reads what is in a reference's folder beside its bench; of parts that have not ended, nothing. */
export function readBeside(folder: string, parts: readonly FinishedPart[]): Beside {
  const loads = parts.filter(({ name }) => name.startsWith('load-'));
  return {
    ofDefault: parts.some(({ name }) => name === 'scenarios')
      ? readResults(`${folder}/scenarios`)
      : undefined,
    parts,
    loads: Object.fromEntries(loads.map(({ name }) => [name, readLoad(`${folder}/${name}`)])),
    speeds: ['seed-speed', 'seed-whole']
      .map((name) => `${folder}/${name}.json`)
      .filter((file) => existsSync(file))
      .map(readSpeed),
    rollout: parts.some(({ name }) => name === 'rollout')
      ? readRollout(`${folder}/rollout`)
      : undefined,
  };
}

function instantGoal(results: Results): Goal {
  const tail = slowestOfHundred(results);
  return {
    goal: `the slowest of 100 sends, not durable: < ${formatNs(instantBelowNs)} more with the check`,
    reached: tail === undefined ? 'not measured' : formatSignedNsInterval(tail),
    verdict: tail === undefined ? 'open' : verdictOn(tail, (ns) => ns < instantBelowNs),
  };
}

/** @param ofDefault the run that README quotes for the default design */
function insertGoals(results: Results, ofDefault: Results): readonly Goal[] {
  const lead = leadDesign(ofDefault);
  const questions = questionsOf(results);
  const ratio = (scenario: string | undefined): EstimateRange | undefined => {
    const paired = pairedOf(lead, scenario);
    return paired === undefined ? undefined : ratioOf(paired.paired);
  };
  const best =
    questions.bulk === undefined ? undefined : rankedOf(rankDesigns(results, questions.bulk))[0];
  return [
    within(
      `one durable row: ≤ ${designGoals.oneRow} of no check`,
      ratio(questions.oneRow),
      designGoals.oneRow,
    ),
    within(
      `1,000 rows at once, default: ≤ ${designGoals.bulk}`,
      ratio(questions.bulk),
      designGoals.bulk,
    ),
    within(
      `1,000 rows at once, best design: ≤ ${designGoals.bestBulk}`,
      best?.ratio,
      designGoals.bestBulk,
      best === undefined ? '' : ` (${best.design})`,
    ),
  ];
}

function scalingGoal(results: Results): Goal {
  const ends = scalingEnds(results);
  const from = ends === undefined ? 'the smallest' : shortCount(ends.first.rows);
  return within(
    `a lookup among ${shortCount(results.dataSet.blockedContacts)} blocked numbers: ≤ ${wanted.scaling} of one among ${from}`,
    ends === undefined ? undefined : ends.own.lookup.ratio,
    wanted.scaling,
    ends === undefined
      ? ''
      : `; of the bare index probe alone ${formatRatioInterval(ends.own.probe.ratio)}`,
  );
}

function seedGoal({ sweep, dataSet, resumedAt }: Results): Goal {
  return atMost(
    `${shortCount(dataSet.messages)} messages seeded and verified within ${wanted.seedSeconds / 60} min`,
    // of a run that went on after an interruption, the last size may have been there already
    resumedAt === undefined ? sweep.at(-1)?.seedSeconds : undefined,
    wanted.seedSeconds,
    (seconds) => formatNs(seconds * 1e9),
  );
}

function speedGoal(speed: SpeedResults): Goal {
  const { loads } = speed;
  const ratio = medianOfPairs(speedRatios(speed));
  const messages = `${shortCount(speed.messages)} messages`;
  return {
    goal:
      loads === 'messages'
        ? `${messages} copied at ≥ ${shareOfServer.goal} of the server's own speed from a file`
        : `${messages} loaded whole and verified in ≤ ${timesOfServer} of the server's own time`,
    reached: pairMedianText(ratio),
    verdict: verdictOn(ratio, (value) => reachesGoal(loads, value)),
  };
}

function clientGoals({ pgbench }: Results): readonly Goal[] {
  if (pgbench.state !== 'measured') return [];
  return pgbench.comparisons.map(({ scenario, ratio }) =>
    atMost(
      `the bench's client, ${scenario}: p50 ≤ ${wanted.clientLatency} of pgbench's`,
      ratio,
      wanted.clientLatency,
      (value) => besideGoal(value, wanted.clientLatency),
    ),
  );
}

function loadGoals({ pgbench, ramps, failovers = [], trials }: LoadResults): readonly Goal[] {
  const [failover] = failovers;
  return [
    ...(failover === undefined
      ? []
      : [
          {
            goal: `${counted(failovers.length, 'failover')} to ${standbyText(failover)}: no acknowledged row is lost, nobody blocked is texted`,
            reached: failoverVerdict(failovers, trials),
            verdict: verdictOfMark[failoverMark(failovers)],
          },
        ]),
    ...(pgbench === undefined
      ? []
      : [
          {
            goal: `the load generator's closed loop: ≥ ${shareOfPgbench} of pgbench's rate`,
            reached: pairsText(pgbench),
            verdict: pgbenchVerdict(pgbench),
          },
        ]),
    ...ramps.map(({ objective, check, highestRate, finding }) => ({
      goal: `the highest rate that keeps ${objective}${check === 'off' ? ', the check off' : ''}`,
      reached: highestRate === null ? finding : `${highestRate.toLocaleString('en')} a second`,
      verdict: 'none' as const,
    })),
  ];
}

const verdictOfMark = { good: 'reached', bad: 'missed', open: 'open', plain: 'none' } as const;

/** A rollout has judged its own. */
function rolloutGoal({ goal, reached, ok }: RolloutGoal): Goal {
  return { goal: `rollout: ${goal}`, reached, verdict: ok ? 'reached' : 'missed' };
}

function within(goal: string, ratio: EstimateRange | undefined, most: number, of = ''): Goal {
  if (ratio === undefined) return { goal, reached: 'not measured', verdict: 'open' };
  const verdict = verdictOn(ratio, (value) => value <= most);
  return { goal, reached: `${formatRatioInterval(ratio)}${of}`, verdict };
}

/** A single figure has no interval, and is compared as it is. */
/** A ratio with two digits, or as many as it takes to say on which side of its goal it is. */
function besideGoal(value: number, goal: number): string {
  let digits = 2;
  while (digits < 6 && Number(value.toFixed(digits)) <= goal !== value <= goal) digits++;
  return value.toFixed(digits);
}

function atMost(
  goal: string,
  value: number | undefined,
  most: number,
  format: (value: number) => string,
): Goal {
  if (value === undefined) return { goal, reached: 'not measured', verdict: 'open' };
  return { goal, reached: format(value), verdict: value <= most ? 'reached' : 'missed' };
}
