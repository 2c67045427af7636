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
} from '../../../db/format/schema.ts';
import { environmentSchema } from '../../results/environment.ts';
import { failoverSchema } from './failover-results.ts';
import { loadFormatVersion } from './format-version.ts';
import { checkSchema, loadTrialSchema } from './trial-results.ts';

/*
 * load.json: everything that a load run measured. The page is a function of it. The types, and the JSON
 * schema load.schema.json, are made from what is written here and in trial-results.ts.
 */
export type * from './failover-results.ts';
export type * from './soak-results.ts';
export type * from './trial-results.ts';

export const rampRateSchema = define(
  'RampRate',
  object(
    {
      rate: number(),
      kept: yesOrNo(),
      reason: text('Why not, or the figures that kept it.'),
    },
    'One rate of a ramp; its trial is among the trials, in the same order.',
  ),
);
export type RampRate = Of<typeof rampRateSchema>;

export const rampResultSchema = define(
  'RampResult',
  object(
    {
      design: text(),
      from: number(),
      to: number(),
      objective: text(),
      check: optional(checkSchema),
      highestRate: numberOrNull(
        'The highest rate that kept it; null where not even the lowest did.',
      ),
      lowestMiss: numberOrNull(
        'The lowest rate that was tried and did not keep it; null where all did.',
      ),
      rates: list(rampRateSchema),
      finding: text('One sentence: what gave way.'),
    },
    'The search for the highest rate that keeps an objective.',
  ),
);
export type RampResult = Of<typeof rampResultSchema>;

export const closedLoopComparisonSchema = define(
  'ClosedLoopComparison',
  object(
    {
      version: text(),
      statement: text(),
      clients: number(),
      blockS: number(),
      pairs: list(object({ ours: number(), pgbench: number() })),
      ratio: optional(number("Median of the pairs' ratios; absent without a pair.")),
    },
    "The generator's closed loop against pgbench's, in turns.",
  ),
);
export type ClosedLoopComparison = Of<typeof closedLoopComparisonSchema>;

export const loadResultsSchema = define(
  'LoadResults',
  object(
    {
      formatVersion: exactly(loadFormatVersion),
      kind: exactly('load'),
      runId: text('The folder under reports/.'),
      startedAt: text('ISO 8601, UTC.'),
      finishedAt: text(),
      commandLine: text(),
      complete: yesOrNo('False where the run was interrupted.'),
      scale: text(
        'Of the data set: tiny, small … or its number of messages as text; `empty` without one.',
      ),
      dataSetSeed: optional(
        number('What the data set was made from; absent without one, and in older loads.'),
      ),
      drawSeed: number('What arrivals, numbers and outcomes were drawn from: --seed.'),
      pooler: optional(text('HOST:PORT of the pooler that it went through; absent without one.')),
      environment: environmentSchema,
      trials: list(
        loadTrialSchema,
        'Each a load of its own: another design, another rate of a ramp, another side of a comparison.',
      ),
      ramps: list(rampResultSchema),
      pgbench: optional(closedLoopComparisonSchema),
      failovers: optional(list(failoverSchema, 'Absent where none was asked for.')),
    },
    'One command of the load generator: one or more loads, and what they were for.',
  ),
);
export type LoadResults = Of<typeof loadResultsSchema>;
