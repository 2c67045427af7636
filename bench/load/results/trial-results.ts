// One load at one rate: a part of load.json (results.ts).

import { isolationLevels } from '../../../db/contract.ts';
import {
  define,
  described,
  exactly,
  list,
  mapOf,
  number,
  numberOr,
  numberOrNull,
  type Of,
  object,
  oneOf,
  optional,
  tagged,
  text,
  yesOrNo,
} from '../../../db/format/schema.ts';
import { arrivalKinds } from '../workload/arrivals.ts';
import { numberKinds } from '../workload/number-kinds.ts';
import { soakSchema } from './soak-results.ts';

export const delaySchema = define(
  'Delay',
  tagged(
    'kind',
    [
      object({ kind: exactly('fixed'), ms: number() }),
      object({ kind: exactly('exponential'), meanMs: number() }),
      object({ kind: exactly('log-normal'), medianMs: number(), p99Ms: number() }),
      object({ kind: exactly('released'), everyMs: number() }),
    ],
    '`released`: all at the next whole multiple of `everyMs`.',
  ),
);
export type Delay = Of<typeof delaySchema>;

export const mixSchema = define(
  'Mix',
  object(
    {
      name: text(),
      description: text(),
      arrivals: oneOf(
        [...arrivalKinds, 'trace'],
        '`trace`: as they were in what is replayed, and to whom, from whom and with which reports as well.',
      ),
      numbers: oneOf(
        numberKinds,
        "How the data set's contacts are drawn: each alike, or a few of them very often.",
      ),
      blockedShare: number('Of the sends, to numbers that were blocked before the run.'),
      freshShare: number(
        'Of the sends, to new numbers (exchange 555): only these opt out during the run.',
      ),
      freshSendsPerNumber: number(
        'Messages that a new number gets on average before newer ones take its place.',
      ),
      freshNumbersAtOnce: number('New numbers that are written to at one time.'),
      optOutShare: number('Of the accepted sends to new numbers, those reported as 21610.'),
      deliveredShare: number('Of the other accepted sends, those reported as delivered.'),
      filteredShare: number('Of the other accepted sends, those reported as filtered (30007).'),
      repeatShare: number('Of the reports, those that the carrier sends a second time.'),
      delay: described(delaySchema, 'How long after the send its report comes.'),
      burst: optional(
        number(
          'How many times the rate sends have while there are any: what ten seconds would bring comes in the first part of them. 1 where it is left out.',
        ),
      ),
    },
    'What the application does, as shares from 0 to 1. A preset is a file in bench/load/workload/mixes; a file of one’s own has the same members, all of them but `burst`.',
  ),
);
export type Mix = Of<typeof mixSchema>;

export const countsSchema = define(
  'Counts',
  object(
    {
      done: number('Answered operations: acknowledged or refused.'),
      accepted: number('Sends that the server accepted.'),
      refused: number('Sends that the opt-out check refused: an answer, not an error.'),
      delivered: number('Reports acknowledged, by what they say.'),
      filtered: number(),
      optedOut: number(),
      errors: number(
        'Operations that failed for good, with an SQLSTATE that is neither an answer nor worth a retry.',
      ),
      retries: number(
        'Statements run again after 40001 (serialization failure) or 40P01 (deadlock).',
      ),
      lostConnections: number('Connections that broke.'),
      foundDone: number('Operations found done when asked after a lost connection.'),
      unconfirmed: number(
        'Commits whose wait for a standby was cancelled: not taken for done before a later commit had reached one.',
      ),
      unknown: number('Operations of which it is not known whether they were committed.'),
      waited: number('Operations that had to wait because all connections were busy.'),
    },
    'Numbers of operations.',
  ),
);
export type Counts = Of<typeof countsSchema>;

export const loadErrorSchema = define(
  'LoadError',
  object(
    {
      answers: number('Statements that were answered so, or broken off.'),
      connecting: number('Attempts to connect that were.'),
      failed: number(
        'Operations that it ended for good: the others were tried again, or found out.',
      ),
      message: text('What the server said the first time.'),
    },
    'How often an error came. Refusals of the opt-out check are answers and no errors.',
  ),
);
export type LoadError = Of<typeof loadErrorSchema>;

export const latencySchema = define(
  'Latency',
  object(
    {
      samples: number(),
      p50Ms: numberOrNull(),
      p90Ms: numberOrNull(),
      p99Ms: numberOrNull(),
      p999Ms: numberOrNull(),
      p9999Ms: numberOrNull(),
      maxMs: numberOrNull(),
      histogram: text(
        'HdrHistogram V2 in nanoseconds, compressed, base64: can be merged with others.',
      ),
    },
    'A distribution; percentiles with too few samples behind them are null.',
  ),
);
export type Latency = Of<typeof latencySchema>;

export const timelineIntervalSchema = define(
  'TimelineInterval',
  object(
    {
      startS: number("Since the run's start."),
      lengthS: number(),
      offered: number('Operations that became due.'),
      counts: described(countsSchema, 'By when operations ended.'),
      latencyBins: list(
        number(),
        'Latency by when operations were meant to start: bin, count, bin, count …; bin b begins at 10 µs × 2^(b / 16).',
      ),
      p50Ms: numberOrNull(),
      p99Ms: numberOrNull(),
      maxMs: number(),
      behindMs: number('How far the oldest operation that had not started was behind its time.'),
      utilisation: number("Of the busiest worker's event loop, 0 to 1."),
      server: object({
        samples: number(),
        waits: mapOf(number(), 'Sessions by what they waited for, summed over the samples.'),
        autovacuums: list(text()),
        checkpointing: yesOrNo(),
        walBytes: number(),
      }),
    },
    'A stretch of the run.',
  ),
);
export type TimelineInterval = Of<typeof timelineIntervalSchema>;

export const namedCountersSchema = define(
  'NamedCounters',
  object({ name: text(), counters: mapOf(number()) }),
);
export type NamedCounters = Of<typeof namedCountersSchema>;

export const rowVerificationSchema = define(
  'RowVerification',
  object(
    {
      acknowledged: number('They must be there.'),
      missing: number('Acknowledged ones that are not there.'),
      absent: number('Refused or failed: they must not be there.'),
      unexpected: number('Refused or failed ones that are there.'),
      unknown: number('Never answered: they may be either.'),
      unknownThere: number('Never answered ones that are there.'),
      examples: list(text(), 'Some of the missing ones: worker and number.'),
    },
    'The rows of one table compared with the answers.',
  ),
);
export type RowVerification = Of<typeof rowVerificationSchema>;

export const optOutVerificationSchema = define(
  'OptOutVerification',
  object(
    {
      numbers: number('New numbers with an opt-out.'),
      acknowledged: number('Acknowledged opt-outs: of distinct number and profile.'),
      mustBeBlocked: number(),
      mayBeBlocked: number('Numbers that may be either because of unanswered reports.'),
      probed: number(
        'Numbers to which a message was tried afterwards, to see whether it is refused.',
      ),
      differences: list(text()),
    },
    "Opt-outs and blocks of the run's new numbers compared with the acknowledged reports.",
  ),
);
export type OptOutVerification = Of<typeof optOutVerificationSchema>;

export const wrongAnswerSchema = define(
  'WrongAnswer',
  object({
    what: oneOf(['accepted though blocked', 'refused though not blocked']),
    phone: text(),
    messageId: text(),
  }),
);
export type WrongAnswer = Of<typeof wrongAnswerSchema>;

export const verificationSchema = define(
  'Verification',
  object(
    {
      ok: yesOrNo(),
      messages: rowVerificationSchema,
      reports: rowVerificationSchema,
      optOuts: optOutVerificationSchema,
      wrongAnswers: number('Answers of the opt-out check that were wrong when they were given.'),
      wrongExamples: list(wrongAnswerSchema),
      differences: list(text(), 'One line for each kind of difference.'),
    },
    'Whether the database held what the answers said.',
  ),
);
export type Verification = Of<typeof verificationSchema>;

export const processorsSchema = define(
  'Processors',
  object(
    {
      count: number(),
      busy: number('On average, at work for anybody.'),
      generator: number('On average, at work for the generator, all its threads together.'),
    },
    "What the processors of the generator's machine did during a load.",
  ),
);
export type Processors = Of<typeof processorsSchema>;

export const serverDeltasSchema = define(
  'ServerDeltas',
  object(
    {
      wal: mapOf(number()),
      checkpoints: mapOf(number()),
      io: list(namedCountersSchema),
      statements: list(
        namedCountersSchema,
        'The statements that took most time, nested ones left out.',
      ),
    },
    'What the server counted from the first arrival to the last answer.',
  ),
);
export type ServerDeltas = Of<typeof serverDeltasSchema>;

export const limitSchema = define(
  'Limit',
  object(
    {
      by: oneOf(
        ['none', 'server', 'generator'],
        '`generator`: the figures say more of the generator than of the server.',
      ),
      reason: text(),
    },
    'What kept the load from being more, as far as can be told.',
  ),
);
export type Limit = Of<typeof limitSchema>;

/** Whether the check was on; older loads do not say, and it was. */
export const checkSchema = oneOf(
  ['on', 'off'],
  'Whether the check was on while the load ran; absent in older loads, which had it on.',
);

export const trialObjectiveSchema = define(
  'TrialObjective',
  object(
    { text: text('Such as p99<10ms.'), kept: yesOrNo(), reason: text('Why not, or the figures.') },
    'What a load had to keep, where something was asked for.',
  ),
);

export const loadTrialSchema = define(
  'LoadTrial',
  object(
    {
      design: text(),
      check: optional(checkSchema),
      objective: optional(trialObjectiveSchema),
      mix: mixSchema,
      rate: numberOr(
        'max',
        'Operations offered a second, sends and reports together, or `max` for the closed loop.',
      ),
      loop: oneOf(
        ['open', 'closed'],
        'open: latency counts from the intended start. closed: from the start.',
      ),
      clients: number(),
      workers: number(),
      isolation: oneOf([...isolationLevels, 'default']),
      startedAt: text(),
      plannedS: number(),
      elapsedS: number('Until the last answer.'),
      interrupted: yesOrNo(),
      processors: processorsSchema,
      counts: countsSchema,
      unserved: number(
        'Operations that were due and never started: the server was too far behind at the end.',
      ),
      offeredPerSecond: numberOrNull(
        'Operations that became due, a second: fewer than asked for where refused sends bring no reports; null in a closed loop.',
      ),
      donePerSecond: numberOrNull(
        'Answered operations, over the time in which they were offered; null where that was no time.',
      ),
      latency: object({
        accepted: latencySchema,
        refused: latencySchema,
        report: latencySchema,
        optedOut: latencySchema,
        all: latencySchema,
      }),
      lateness: described(
        latencySchema,
        'How late operations started although a connection was free.',
      ),
      errors: mapOf(
        loadErrorSchema,
        'By SQLSTATE; where no server said one, by what the system calls it (ECONNREFUSED …), `lost` for a connection that broke, `no server` where none of several took writes.',
      ),
      silence: optional(
        object(
          { startS: number("Since the run's start."), lengthS: number() },
          'The longest time without an answer; absent in older loads.',
        ),
      ),
      limit: limitSchema,
      intervals: list(timelineIntervalSchema),
      server: optional(
        described(
          serverDeltasSchema,
          'Absent where the counters went back, as after a crash, or are another server’s.',
        ),
      ),
      verification: verificationSchema,
      kept: yesOrNo('Whether what the run made is still there.'),
      soak: optional(soakSchema),
    },
    'One load, from its first arrival to its verification.',
  ),
);
export type LoadTrial = Of<typeof loadTrialSchema>;
