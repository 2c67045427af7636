import { atOnce, longestMs } from './longest.ts';
import type { RolloutGoal, RolloutStage } from './results.ts';

/** What a rollout may cost the traffic beside it. */
const wanted = { lockWaitMs: 100, longerSendMs: 100, timesNaive: 1.5 } as const;

/** The stages of an undisturbed rollout that change anything, from the first file to another design and back. */
const rollout = ['prepare', 'install', 'backfill', 'switch on', 'another design', 'back'];

/**
 * What was wanted of a rollout beside what was reached; of several, by each of them. A stage that is missing leaves
 * its goal out.
 */
export function goalsOf(stages: readonly RolloutStage[]): readonly RolloutGoal[] {
  const undisturbed = stages.filter(({ name }) => [...rollout, 'calm'].includes(name));
  const rounds = [...new Set(undisturbed.map(({ round }) => round))].map((round) =>
    undisturbed.filter((stage) => stage.round === round),
  );
  return [lockWaitGoal(rounds), ...longestSendGoal(rounds), ...timeGoal(rounds, atOnce(stages))];
}

type Rounds = readonly (readonly RolloutStage[])[];

const named = (round: readonly RolloutStage[], wantedName: string): RolloutStage | undefined =>
  round.find(({ name }) => name === wantedName);

const own = (round: readonly RolloutStage[]): readonly RolloutStage[] =>
  round.filter(({ name }) => name !== 'calm');

function lockWaitGoal(rounds: Rounds): RolloutGoal {
  const longest = rounds.map((round) =>
    Math.max(
      0,
      ...own(round).flatMap(({ trafficWaits, toldWaits = [] }) =>
        [...trafficWaits, ...toldWaits].map(({ waitedMs }) => waitedMs),
      ),
    ),
  );
  return {
    goal: `the longest wait for a lock is at most ${wanted.lockWaitMs} ms`,
    reached: longest.map((ms) => `${ms.toFixed(0)} ms`).join('; '),
    ok: longest.every((ms) => ms <= wanted.lockWaitMs),
  };
}

function longestSendGoal(rounds: Rounds): readonly RolloutGoal[] {
  const pairs = rounds.flatMap((round) => {
    const calm = named(round, 'calm');
    return calm === undefined ? [] : [{ with: longestMs(own(round)), without: longestMs([calm]) }];
  });
  if (pairs.length === 0) return [];
  return [
    {
      goal: `the longest send exceeds that of as long a stretch without a rollout by at most ${wanted.longerSendMs} ms`,
      reached: pairs
        .map((pair) => `${pair.with.toFixed(0)} ms, without ${pair.without.toFixed(0)} ms`)
        .join('; '),
      ok: pairs.every((pair) => pair.with - pair.without <= wanted.longerSendMs),
    },
  ];
}

function timeGoal(rounds: Rounds, naive: RolloutStage | undefined): readonly RolloutGoal[] {
  const backfills = rounds.flatMap((round) => named(round, 'backfill') ?? []);
  if (backfills.length === 0 || naive === undefined) return [];
  return [
    {
      goal: `the backfill takes at most ${wanted.timesNaive} times as long as all at once`,
      reached: `${backfills.map(({ seconds }) => `${seconds.toFixed(1)} s`).join('; ')}, all at once ${naive.seconds.toFixed(1)} s`,
      ok: backfills.every(({ seconds }) => seconds <= wanted.timesNaive * naive.seconds),
    },
  ];
}
