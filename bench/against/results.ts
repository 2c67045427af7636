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
} from '../../db/format/schema.ts';
import { environmentSchema } from '../results/environment.ts';
import { instructionsSchema } from '../results/instructions.ts';
import { planSummarySchema } from '../results/plans.ts';
import { methodSchema } from '../results/results.ts';
import { scenarioResultSchema } from '../results/scenarios.ts';
import { againstFormatVersion } from './format-version.ts';

export const comparedPlaceSchema = define(
  'ComparedPlace',
  object(
    {
      title: text('What it is called in tables.'),
      design: text(),
      schemaVersion: optional(
        text('The last migration that it has, where that is not the newest.'),
      ),
      environment: environmentSchema,
    },
    'One of the two databases.',
  ),
);
export type ComparedPlace = Of<typeof comparedPlaceSchema>;

export const comparedPlanSchema = define(
  'ComparedPlan',
  object(
    {
      statement: text(),
      treatment: optional(described(planSummarySchema, 'Absent where it was not seen.')),
      control: optional(described(planSummarySchema, 'Absent where it was not seen.')),
    },
    'What the check of one statement reads, in either place.',
  ),
);
export type ComparedPlan = Of<typeof comparedPlanSchema>;

export const differingSettingSchema = define(
  'DifferingSetting',
  object(
    {
      name: text(),
      treatment: optional(text('With its unit; absent where the server does not know it.')),
      control: optional(text()),
    },
    'A setting in which the two servers differ. Secrets and places of files are left out.',
  ),
);
export type DifferingSetting = Of<typeof differingSettingSchema>;

export const againstResultsSchema = define(
  'AgainstResults',
  object(
    {
      formatVersion: exactly(againstFormatVersion),
      kind: exactly('against'),
      startedAt: text('ISO 8601, UTC.'),
      finishedAt: text(),
      commandLine: text(),
      differs: oneOf(
        ['design', 'schema', 'server', 'settings'],
        'In what the two places differ: a design, the version of the schema, the server, or the settings of a second server of the same build.',
      ),
      settings: optional(
        list(
          differingSettingSchema,
          'Absent where both places are on one server, and in older comparisons.',
        ),
      ),
      messages: number(),
      seed: number(),
      method: methodSchema,
      treatment: comparedPlaceSchema,
      control: comparedPlaceSchema,
      sameTwice: list(
        scenarioResultSchema,
        'The same design of the same schema in both databases: the ratio must be 1. Empty between two servers, which differ in themselves.',
      ),
      scenarios: list(scenarioResultSchema, 'The check on in both.'),
      plans: list(comparedPlanSchema),
      instructions: optional(
        object(
          { treatment: instructionsSchema, control: instructionsSchema },
          'Of the design, by the programs of either server; absent where none were asked for, and in older comparisons.',
        ),
      ),
    },
    'against.json: one statement in two databases, in pairs.',
  ),
);
export type AgainstResults = Of<typeof againstResultsSchema>;
