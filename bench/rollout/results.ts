import {
  define,
  exactly,
  list,
  number,
  numberOrNull,
  type Of,
  object,
  optional,
  text,
  yesOrNo,
} from '../../db/format/schema.ts';
import { environmentSchema } from '../results/environment.ts';
import { rolloutFormatVersion } from './format-version.ts';

export const lockWaitSchema = define(
  'LockWait',
  object(
    {
      application: text('The name of the session that waited.'),
      what: text('The table, or the kind of thing, whose lock it wanted.'),
      mode: text(),
      waitedMs: number(
        'As long as it was last seen to wait; looked at every 20 ms; of runs before December 2026 every 5 ms.',
      ),
      heldBy: text('Who held it, and what they ran.'),
    },
    'A session that waited for a lock.',
  ),
);

export const toldWaitSchema = define(
  'ToldWait',
  object(
    {
      what: text('The table, or what else the lock was on.'),
      mode: text(),
      waitedMs: number(),
    },
    'A wait for a lock as the server told of it when it ended (log_lock_waits).',
  ),
);
export type ToldWait = Of<typeof toldWaitSchema>;

export const sendsSchema = define(
  'RolloutSends',
  object(
    {
      operations: number(),
      refused: number(),
      p50Ms: numberOrNull(),
      p99Ms: numberOrNull(),
      longestMs: numberOrNull('From when it was due until it was answered.'),
    },
    'What the traffic did meanwhile: whatever was due before the end, also where it was answered later (left out in runs before December 2026).',
  ),
);
export type RolloutSends = Of<typeof sendsSchema>;

export const rolloutStageSchema = define(
  'RolloutStage',
  object(
    {
      name: text(),
      title: text(),
      round: optional(
        number(
          'Which of several undisturbed rollouts it belongs to, from 1; absent where there is one.',
        ),
      ),
      startS: number('Seconds since the traffic began.'),
      seconds: number(),
      sends: sendsSchema,
      generatorPauseMs: optional(
        number(
          'The longest for which the process that sends could not send, to 10 ms: it was busy, or the machine did not let it run; absent in runs before December 2026.',
        ),
      ),
      trafficWaits: list(lockWaitSchema, 'The longest waits of the traffic, at most five.'),
      toldWaits: optional(
        list(
          toldWaitSchema,
          'The longest waits of the traffic of 50 ms or more as the server told of them, at most five; absent where the role may not ask for that, and in older runs.',
        ),
      ),
      ownWaits: list(lockWaitSchema, 'The longest waits of the rollout itself, at most five.'),
      walBytes: number('Of server and traffic together.'),
      derivedBytes: number('Size of what is made beside messages and reports, at its end.'),
      derivedDeadRows: number('Dead rows in that, as the statistics know it at its end.'),
      outcome: text('What it came to: done, or the error that was meant to come.'),
    },
    'A step of the rollout, or a stretch without one.',
  ),
);
export type RolloutStage = Of<typeof rolloutStageSchema>;

export const rolloutSecondSchema = define(
  'RolloutSecond',
  object({ startS: number(), operations: number(), refused: number(), longestMs: number() }),
);
export type RolloutSecond = Of<typeof rolloutSecondSchema>;

export const rolloutGoalSchema = define(
  'RolloutGoal',
  object({ goal: text(), reached: text(), ok: yesOrNo() }),
);
export type RolloutGoal = Of<typeof rolloutGoalSchema>;

export const rolloutResultsSchema = define(
  'RolloutResults',
  object(
    {
      formatVersion: exactly(rolloutFormatVersion),
      kind: exactly('rollout'),
      startedAt: text('ISO 8601, UTC.'),
      finishedAt: text(),
      commandLine: text(),
      scale: text('tiny, small … or the number of messages as text.'),
      messages: number(),
      optOuts: number(),
      ratePerSecond: number(),
      clients: number(),
      otherDesign: optional(
        text("The design that was put in place of the default's, and taken back."),
      ),
      stages: list(rolloutStageSchema, 'In the order of time.'),
      timeline: list(rolloutSecondSchema),
      naiveAloneSeconds: optional(number('The naive statement without traffic.')),
      checks: list(
        object({ check: text(), ok: yesOrNo(), found: text() }),
        'What must be so, and was looked at.',
      ),
      goals: list(rolloutGoalSchema),
      environment: environmentSchema,
    },
    'rollout.json: the check brought into a database that is in use, step by step.',
  ),
);
export type RolloutResults = Of<typeof rolloutResultsSchema>;
