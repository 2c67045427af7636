// What was timed: the part of results.json (results.ts) about scenarios.

import {
  define,
  described,
  exactly,
  list,
  number,
  type Of,
  object,
  oneOf,
  optional,
  tagged,
  text,
  yesOrNo,
} from '../../db/format/schema.ts';
import { estimateSchema } from '../stats/estimate.ts';
import { percentilesSchema } from '../stats/percentiles.ts';

/** What a scenario inserts, and how. */
export const scenarioKinds = ['send', 'copy', 'report'] as const;

/** How the arms of a figure may differ. */
export const armMethods = [
  'trigger modes',
  'emptied function',
  'twin tables',
  'partitioned twins',
  'session role',
  'twin view',
  'two statements',
  'two databases',
  'one arm',
  'blocks',
] as const;
export type ArmMethod = (typeof armMethods)[number];

/** What a scenario may be compared with. */
export const scenarioControls = [
  'check off',
  'check off twice',
  'other statement',
  'another check',
  'another place',
  'none',
] as const;

export const armSchema = define(
  'Arm',
  oneOf(
    ['treatment', 'control'],
    'Which half of a pair: what is measured, or what it is compared with, as `control` says.',
  ),
);
export type Arm = Of<typeof armSchema>;

export const armSliceSchema = define(
  'ArmSlice',
  object(
    {
      samples: number(),
      medianNs: number(),
      meanNs: number(),
      p95Ns: optional(number('Absent with too few samples to say.')),
      p99Ns: optional(number()),
      maxNs: number(),
    },
    'One arm of a slice: latencies of one statement each.',
  ),
);
export type ArmSlice = Of<typeof armSliceSchema>;

export const sliceSchema = define(
  'Slice',
  object(
    {
      order: number(),
      sessions: number(
        'Slices with the same number came from the same sessions, which is the unit of all statistics.',
      ),
      swapped: yesOrNo('Whether the arms have changed sessions.'),
      startedMs: number('Since the run began.'),
      durationMs: number(),
      differenceNs: optional(
        number('Median of the differences of neighbouring statements, treatment minus control.'),
      ),
      treatment: optional(armSliceSchema),
      control: optional(armSliceSchema),
      warmup: yesOrNo('Left out of the figures: the first sessions.'),
      walBytes: number('Of both arms and the calls before them that are not timed.'),
      walRecords: number(),
      fullPageImages: number(),
      checkpoints: number('Checkpoints that began or ended meanwhile.'),
      autovacuums: number(
        'Autovacuum or analyze runs on the measured tables, which ought to be none.',
      ),
      busyShare: optional(
        number(
          'Of all processors of this machine, whoever used them, 0 to 1; absent where unknown.',
        ),
      ),
      stealShare: optional(
        number(
          'Of all processors, what the hypervisor gave to others, 0 to 1; absent where unknown.',
        ),
      ),
    },
    'A stretch of pairs in which the sessions keep their arms: the arms of a pair follow each other statement by statement, in random order. Of runs before December 2026 it is a pair of blocks, one arm after the other.',
  ),
);
export type Slice = Of<typeof sliceSchema>;

export const pairedFigureSchema = define(
  'PairedFigure',
  object(
    {
      pairs: number('Statements of each arm (of several clients: turns).'),
      sessions: number('Pairs of sessions, over which the intervals are made.'),
      ratio: number(
        'Treatment over control, of pairs: not 1 + difference over baseline, which scatters more.',
      ),
      ratioLow: number(),
      ratioHigh: number(),
      differenceNsPerRow: number('Treatment minus control, for one row.'),
      differenceLowNsPerRow: number(),
      differenceHighNsPerRow: number(),
      baselineNs: number('Median of the control, for one statement.'),
      p95DifferenceNs: optional(
        described(estimateSchema, "Of the arms' 95th percentiles, for one statement."),
      ),
      p99DifferenceNs: optional(
        described(estimateSchema, "Of the arms' 99th percentiles, for one statement."),
      ),
      halfWidth: number('Half of ratioHigh - ratioLow.'),
      resolved: yesOrNo('False: the interval includes 1, the arms could not be told apart.'),
      preciseEnough: yesOrNo('Whether the half-width that was wanted was reached.'),
    },
    'Ratio and difference with their intervals over sessions.',
  ),
);
export type PairedFigure = Of<typeof pairedFigureSchema>;

export const armSummarySchema = define(
  'ArmSummary',
  object(
    {
      arm: armSchema,
      samples: number(),
      percentiles: percentilesSchema,
      histogram: text(
        'HdrHistogram V2, compressed, base64; nanoseconds, three significant digits. Merge with histogram.ts.',
      ),
      walBytesPerRow: optional(
        number('Of runs before December 2026, whose arms did not take turns.'),
      ),
    },
    'All samples of one arm, those of warm-up left out.',
  ),
);
export type ArmSummary = Of<typeof armSummarySchema>;

export const clientLoadSchema = define(
  'ClientLoad',
  object(
    {
      eventLoopDelayP99Ns: number(),
      utilisation: number('0 to 1.'),
      cpuNsPerStatement: number(),
      clientLimited: yesOrNo(),
    },
    'What the measuring process itself was doing: is it the limit?',
  ),
);
export type ClientLoad = Of<typeof clientLoadSchema>;

export const scenarioResultSchema = define(
  'ScenarioResult',
  object(
    {
      name: text(),
      title: text(),
      rowsPerStatement: number('What one sample is: `statement` of this many rows.'),
      clients: number(),
      durable: yesOrNo('Whether each transaction waits for the disk (synchronous_commit).'),
      kind: oneOf(
        scenarioKinds,
        'What is inserted, and how: messages by INSERT (`send`) or by COPY (`copy`), or delivery reports (`report`).',
      ),
      control: oneOf(
        scenarioControls,
        'What the control arm is. `check off`: the same statement with only the check switched off. `other statement`: a statement that costs the same but for what is measured, with the check on in both arms (a 21610 against a 30007). `check off twice`: the check off in both arms; tries the method on itself and should find nothing. `another check`: the check off in both arms, and the treatment checks in its own way: in the statement, or in the application. `another place`: the same statement, the check on, in another database: with another design, or on another server. `none`: there is only the treatment, a refusal, which no control can give.',
      ),
      roundTripMs: optional(
        number('Of a network that was put between the client and the server; absent: none.'),
      ),
      statement: text(),
      method: oneOf(
        armMethods,
        "How the arms differ. `trigger modes`: in one of two sessions the trigger rests (session_replication_role). `emptied function`: in one of two sessions, for a transaction that is rolled back, the trigger's function is empty. `twin tables`: two tables like the application's, one with the check. `partitioned twins`: the same, both tables partitioned by month. `session role`: the control's role passes by the policy. `twin view`: a view without the check on the same table. `two databases`: the arms are in two databases. `two statements`, `one arm`: as `control` says. `blocks`: runs before December 2026, one arm after the other.",
      ),
      slices: list(sliceSchema),
      paired: optional(
        described(
          pairedFigureSchema,
          'Absent where the control is `none`, and where there were too few sessions.',
        ),
      ),
      arms: list(armSummarySchema),
      client: optional(described(clientLoadSchema, 'Absent where nothing was timed.')),
      stoppedBecause: oneOf([
        'precise enough',
        'time is up',
        'a statement timed out',
        'it failed',
        'single arm',
      ]),
      failure: optional(
        text("The server's reason, where it failed: a COPY into a view, for instance."),
      ),
      slowBefore: optional(
        number(
          'Timed again, because the machine was slower at first: the statement without the check took so many times as long as beside the design in the middle.',
        ),
      ),
    },
    'One scenario of one design. All times are for one statement, of `rowsPerStatement` rows.',
  ),
);
export type ScenarioResult = Of<typeof scenarioResultSchema>;

export const serverSideCostSchema = define(
  'ServerSideCost',
  object(
    {
      nsPerRow: optional(
        described(
          estimateSchema,
          'One message, inserted by a loop inside the server, with the check minus without; interval over pairs.',
        ),
      ),
      bulkNsPerRow: optional(described(estimateSchema, 'The same by one statement of many rows.')),
      functionSelfNs: optional(
        number(
          'Of the trigger functions, by track_functions; absent where the design has none or the role may not.',
        ),
      ),
      coldNs: optional(
        described(
          estimateSchema,
          "After evicting the check's relations from shared buffers (the system's cache stays warm).",
        ),
      ),
      buffersPerCheck: optional(
        number(
          'Shared buffers that one check touches; no noise. Absent where the check was not seen.',
        ),
      ),
      lookupBuffers: optional(
        number('Of the lookup explained by itself, where the check was not seen.'),
      ),
      notes: list(text(), 'What of this could not be measured, and why.'),
    },
    'The check without a client in the way.',
  ),
);
export type ServerSideCost = Of<typeof serverSideCostSchema>;

export const pgbenchComparisonSchema = define(
  'PgbenchComparison',
  object(
    {
      scenario: text(),
      design: text(),
      arm: armSchema,
      pgbenchP50Ns: number(),
      pgbenchSamples: number(),
      oursP50Ns: number(),
      oursSamples: number(),
      ratio: number("Ours over pgbench's."),
    },
    'One statement through both clients, in alternating blocks.',
  ),
);
export type PgbenchComparison = Of<typeof pgbenchComparisonSchema>;

export const pgbenchResultSchema = define(
  'PgbenchResult',
  tagged(
    'state',
    [
      object({ state: exactly('absent'), reason: text() }),
      object({
        state: exactly('measured'),
        version: text(),
        comparisons: list(pgbenchComparisonSchema),
      }),
    ],
    'pgbench with the same statement, beside ours; or why there is none.',
  ),
);
export type PgbenchResult = Of<typeof pgbenchResultSchema>;
