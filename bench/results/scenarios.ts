// What was timed: the part of results.json (results.ts) about scenarios.

import { estimateSchema } from '../stats/estimate.ts';
import { percentilesSchema } from '../stats/percentiles.ts';
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
} from './schema.ts';

/** What a scenario inserts, and how. */
export const scenarioKinds = ['send', 'copy', 'report'] as const;

/** What a scenario may be compared with. */
export const scenarioControls = [
  'check off',
  'check off twice',
  'other statement',
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

export const blockSchema = define(
  'Block',
  object(
    {
      order: number(),
      pair: number('Blocks with the same number are one pair.'),
      arm: armSchema,
      startedMs: number('Since the run began.'),
      durationMs: number(),
      samples: number(),
      medianNs: number(),
      meanNs: number(),
      p95Ns: number(),
      maxNs: number(),
      warmup: yesOrNo('Left out of the figures because the median had not settled.'),
      walBytes: number(),
      walRecords: number(),
      fullPageImages: number(),
      checkpoints: number('Checkpoints that began or ended during the block.'),
      autovacuums: number(
        'Autovacuum or analyze runs on the measured tables, which ought to be none.',
      ),
    },
    'A short stretch of one arm. The unit of all statistics.',
  ),
);
export type Block = Of<typeof blockSchema>;

export const pairedFigureSchema = define(
  'PairedFigure',
  object(
    {
      pairs: number(),
      ratio: number('Treatment over control.'),
      ratioLow: number(),
      ratioHigh: number(),
      differenceNsPerRow: number('Treatment minus control, for one row.'),
      differenceLowNsPerRow: number(),
      differenceHighNsPerRow: number(),
      baselineNs: number("Median of the control blocks' medians, for one statement."),
      halfWidth: number('Half of ratioHigh - ratioLow.'),
      resolved: yesOrNo('False: the interval includes 1, the arms could not be told apart.'),
      preciseEnough: yesOrNo('Whether the half-width that was wanted was reached.'),
    },
    'The median of per-pair ratios and differences of block medians, with bootstrap intervals over pairs.',
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
      walBytesPerRow: number(),
    },
    'All samples of one arm, those of warm-up blocks left out.',
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
        'What the control arm is. `check off`: the same statement with only the check switched off. `other statement`: a statement that costs the same but for what is measured, with the check on in both arms (a 21610 against a 30007). `check off twice`: the check off in both arms; tries the method on itself and should find nothing. `none`: there is only the treatment, a refusal, which no control can give.',
      ),
      statement: text(),
      blocks: list(blockSchema),
      paired: optional(
        described(
          pairedFigureSchema,
          'Absent where the control is `none`, and where no pair was completed.',
        ),
      ),
      arms: list(armSummarySchema),
      client: optional(described(clientLoadSchema, 'Absent where no block was timed.')),
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
