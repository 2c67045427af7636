import { atOnce, longestMs } from './longest.ts';
import type { RolloutGoal, RolloutStage } from './results.ts';

/** What a rollout may cost the traffic beside it. */
const wanted = { lockWaitMs: 100, longerSendMs: 100, timesNaive: 1.5 } as const;

/** The stages of an undisturbed rollout that change anything, from the first file to another design and back. */
const rollout = ['prepare', 'install', 'backfill', 'switch on', 'another design', 'back'];

/** What was wanted of a rollout beside what was reached. A stage that is missing leaves its goal out. */
export function goalsOf(stages: readonly RolloutStage[]): readonly RolloutGoal[] {
  const of = (name: string): RolloutStage | undefined => stages.find((one) => one.name === name);
  const own = stages.filter(({ name }) => rollout.includes(name));
  const longestWait = Math.max(
    0,
    ...own.flatMap(({ trafficWaits, toldWaits = [] }) =>
      [...trafficWaits, ...toldWaits].map(({ waitedMs }) => waitedMs),
    ),
  );
  const [calm, backfill, naive] = [of('calm'), of('backfill'), atOnce(stages)];
  return [
    {
      goal: `the longest wait for a lock is at most ${wanted.lockWaitMs} ms`,
      reached: `${longestWait.toFixed(0)} ms`,
      ok: longestWait <= wanted.lockWaitMs,
    },
    ...(calm === undefined
      ? []
      : [
          {
            goal: `the longest send exceeds that of as long a stretch without a rollout by at most ${wanted.longerSendMs} ms`,
            reached: `${longestMs(own).toFixed(0)} ms, without ${longestMs([calm]).toFixed(0)} ms`,
            ok: longestMs(own) - longestMs([calm]) <= wanted.longerSendMs,
          },
        ]),
    ...(backfill === undefined || naive === undefined
      ? []
      : [
          {
            goal: `the backfill takes at most ${wanted.timesNaive} times as long as all at once`,
            reached: `${backfill.seconds.toFixed(1)} s, all at once ${naive.seconds.toFixed(1)} s`,
            ok: backfill.seconds <= wanted.timesNaive * naive.seconds,
          },
        ]),
  ];
}
