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
  text,
  yesOrNo,
} from '../../db/format/schema.ts';
import { estimateSchema } from '../stats/estimate.ts';
import { environmentSchema, relationSizeSchema } from './environment.ts';
import { resultsFormatVersion } from './format-version.ts';
import { instructionsSchema } from './instructions.ts';
import { capturedPlanSchema } from './plans.ts';
import { pgbenchResultSchema, scenarioResultSchema, serverSideCostSchema } from './scenarios.ts';

/*
 * results.json: everything that a run measured, raw enough to recompute every figure from it. Reports
 * and comparisons are functions of this file and need no database. The types, and the JSON schema
 * results.schema.json that readers check a file against, are made from what is written here:
 * `npm run schemas` writes it.
 */
export type * from './environment.ts';
export type * from './instructions.ts';
export type * from './plans.ts';
export type * from './scenarios.ts';

export const dataSetSchema = define(
  'DataSet',
  object(
    {
      scale: text('tiny, small … or the number of messages as text.'),
      seed: number(),
      shape: optional(
        text('What it was made to look like, by name; absent for the data set of the lab itself.'),
      ),
      messages: number(),
      blockedContacts: number(),
      optOuts: number(),
      reports: number(),
    },
    'What was in the database.',
  ),
);
export type DataSetFacts = Of<typeof dataSetSchema>;

export const methodSchema = define(
  'Method',
  object(
    {
      loop: exactly('closed'),
      order: oneOf(
        ['pairs of single statements', 'shuffled pairs'],
        'What takes turns: statements; or, before December 2026, blocks of half a second or less.',
      ),
      ratio: optional(
        oneOf(
          ['of single pairs'],
          'What a ratio is the trimmed mean of. Absent in older runs: of sessions, of each 1 + added time over time without.',
        ),
      ),
      placement: optional(
        oneOf(
          ['sessions on one processor'],
          'Where the server’s side of the sessions runs, where one client sends. Absent: where the system puts it.',
        ),
      ),
      prefault: optional(
        oneOf(
          ['indexes of the lookup'],
          'What every session has read before it is timed, as one that has been open for long. Absent: nothing but what warms up.',
        ),
      ),
      prefaultUpToBytes: optional(
        number(
          'Designs whose indexes take more are timed without that. Absent: all have read theirs.',
        ),
      ),
      confidence: number(),
      wantedHalfWidth: number(
        "A scenario stops when the interval's half-width, as a share of the baseline, is this or less …",
      ),
      secondsPerDesign: number('… or when its part of this is up.'),
      fewestSessions: optional(number('A scenario never stops before so many sessions.')),
      minimumPairs: optional(number('Of blocks.')),
      pairsBetweenLooks: optional(number('Of blocks.')),
      blockedShare: number('Of the attempts in the scenario `mixed`.'),
      bootstrapResamples: optional(number('Of blocks.')),
    },
    'The rules of the measurement, fixed before it began.',
  ),
);
export type Method = Of<typeof methodSchema>;

export const designStatusSchema = define(
  'DesignStatus',
  oneOf(
    ['timed', 'planned', 'failed behaviours', 'could not be built', 'timed out'],
    'How far a design came. `timed out`: it was built and checked, and no statement of any scenario ended in time. `planned`: checked as far as there was time, its plans kept, not timed.',
  ),
);
export type DesignStatus = Of<typeof designStatusSchema>;

export const behaviourOutcomeSchema = define(
  'BehaviourOutcome',
  object(
    {
      name: text(),
      outcome: oneOf(['passed', 'failed', 'not run']),
      reason: optional(text()),
      declared: optional(
        yesOrNo(
          'The design declares that it cannot show this behaviour, so failing is no surprise.',
        ),
      ),
      durationMs: number(),
    },
    'One behaviour of db/conformance.',
  ),
);
export type BehaviourOutcome = Of<typeof behaviourOutcomeSchema>;

export const designResultSchema = define(
  'DesignResult',
  object(
    {
      name: text(),
      title: text(),
      idea: text(),
      chooseWhen: text(),
      costs: text(),
      keeps: list(
        text(),
        'Tables and indexes that it keeps beside messages and reports, as it declares.',
      ),
      status: designStatusSchema,
      reason: optional(text('Why, for every status but `timed` and `planned`.')),
      behaviours: list(behaviourOutcomeSchema),
      buildMs: optional(
        number(
          'Building it over the data that was there; absent for the default design, which is the schema.',
        ),
      ),
      sizes: list(
        relationSizeSchema,
        'Relations that exist for the check: its tables and indexes.',
      ),
      scenarios: list(scenarioResultSchema),
      serverSide: optional(serverSideCostSchema),
    },
    'One design. `scenarios` is empty unless `status` is `timed`; `planned` means checked, plans kept, not timed.',
  ),
);
export type DesignResult = Of<typeof designResultSchema>;

export const indexProbeResultSchema = define(
  'IndexProbeResult',
  object(
    {
      probes: number(),
      nsPerProbe: estimateSchema,
      buffersPerProbe: number(),
      blockedContacts: number(),
    },
    'What no design can beat: bare index probes, very many in one statement.',
  ),
);
export type IndexProbeResult = Of<typeof indexProbeResultSchema>;

export const scalingFiguresSchema = define(
  'ScalingFigures',
  object(
    { ns: estimateSchema, ratio: estimateSchema },
    'Nanoseconds each, client and statement included, and the ratio to the smallest size in the same round.',
  ),
);
export type ScalingFigures = Of<typeof scalingFiguresSchema>;

export const scalingSizeSchema = define(
  'ScalingSize',
  object({
    rows: number(),
    predictedBuffers: number('By the model.'),
    lookup: described(scalingFiguresSchema, 'In PL/pgSQL, as the trigger does it.'),
    probe: described(scalingFiguresSchema, 'Of the index alone, without PL/pgSQL.'),
  }),
);
export type ScalingSize = Of<typeof scalingSizeSchema>;

export const scalingResultSchema = define(
  'ScalingResult',
  object(
    {
      rounds: number('Blocks of each size.'),
      lookupsPerBlock: number(),
      sizes: list(scalingSizeSchema),
    },
    'How a lookup grows with the rows of blocked_contacts: all sizes side by side, their blocks in turns.',
  ),
);
export type ScalingResult = Of<typeof scalingResultSchema>;

export const treeShapeSchema = define(
  'TreeShape',
  object(
    {
      index: text(),
      sizeBytes: optional(number('Absent without pageinspect.')),
      level: optional(
        number("Levels above the leaves: bt_metap's `level`; absent without pageinspect."),
      ),
      predictedLevel: number('Predicted from page geometry for the same number of rows.'),
      predictedSizeBytes: number(),
    },
    'A btree as it is on disk.',
  ),
);
export type TreeShape = Of<typeof treeShapeSchema>;

export const sweepDesignSchema = define(
  'SweepDesign',
  object(
    {
      name: text(),
      status: designStatusSchema,
      reason: optional(text()),
      buildMs: optional(number()),
      sizeBytes: optional(number('Absent where it could not be built.')),
      checkNsPerRow: optional(described(estimateSchema, 'Server side: the check alone, one row.')),
      bulkNsPerRow: optional(estimateSchema),
      buffersPerCheck: optional(number()),
      ratio: optional(
        described(
          estimateSchema,
          'Ratio of one row a transaction, not durable, with its interval.',
        ),
      ),
    },
    'One design at one size of a sweep.',
  ),
);
export type SweepDesign = Of<typeof sweepDesignSchema>;

export const sweepPointSchema = define(
  'SweepPoint',
  object(
    {
      messages: number(),
      blockedContacts: number(),
      seedSeconds: number(),
      indexProbeNs: number(),
      tree: treeShapeSchema,
      designs: list(sweepDesignSchema),
    },
    'One size of a sweep.',
  ),
);
export type SweepPoint = Of<typeof sweepPointSchema>;

export const modelPointSchema = define(
  'ModelPoint',
  object(
    {
      rows: number(),
      level: number(),
      buffersPerProbe: number(),
      sizeBytes: number(),
      innerBytes: number('Levels above the leaves stay in memory; bytes they need.'),
    },
    'The model for one number of rows.',
  ),
);
export type ModelPoint = Of<typeof modelPointSchema>;

export const resultsSchema = define(
  'Results',
  object(
    {
      formatVersion: exactly(resultsFormatVersion),
      runId: text('The folder under reports/.'),
      startedAt: text('ISO 8601, UTC.'),
      finishedAt: text(),
      resumedAt: optional(
        list(text(), 'When it went on after an interruption; absent where it ran in one piece.'),
      ),
      commandLine: text(),
      notReached: optional(list(text(), 'Designs for whose plans no time was left.')),
      warnings: list(
        text(),
        'What the reader should know before believing a figure, one sentence each.',
      ),
      dataSet: dataSetSchema,
      method: methodSchema,
      pooler: optional(
        text(
          'HOST:PORT of the pooler in transaction mode that what was timed went through; absent without one.',
        ),
      ),
      environment: environmentSchema,
      designs: list(designResultSchema),
      indexProbe: optional(indexProbeResultSchema),
      tree: optional(treeShapeSchema),
      sweep: list(sweepPointSchema),
      scaling: optional(
        described(
          scalingResultSchema,
          'Lookups in tables of several sizes, in turns; absent without a sweep, and in older runs.',
        ),
      ),
      model: list(
        modelPointSchema,
        'Predicted cost drivers for N rows of blocked_contacts, to ten billion.',
      ),
      plans: list(capturedPlanSchema),
      instructions: optional(
        described(
          instructionsSchema,
          'Absent where none were asked for or no time was left, and in older runs.',
        ),
      ),
      pgbench: pgbenchResultSchema,
    },
    'One run: scale × designs × scenarios.',
  ),
);
export type Results = Of<typeof resultsSchema>;
