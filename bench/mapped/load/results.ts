import { mappingSchema } from '../../../db/adopt/mapping.ts';
import {
  define,
  described,
  exactly,
  list,
  number,
  numberOrNull,
  type Of,
  object,
  text,
  yesOrNo,
} from '../../../db/format/schema.ts';
import { environmentSchema } from '../../results/environment.ts';
import { mappedLoadFormatVersion } from './format-version.ts';

const operationsSchema = define(
  'MappedLoadOperations',
  object(
    {
      kind: text('send, report, or opt-out: a report that says so.'),
      operations: number(),
      refused: number(),
      p50Ms: numberOrNull(),
      p99Ms: numberOrNull(),
      longestMs: numberOrNull('From when it was due until it was answered.'),
    },
    'What was offered, of one kind.',
  ),
);

const checkSchema = define(
  'MappedLoadCheck',
  object(
    { check: text(), ok: yesOrNo(), found: text() },
    'The tables against what was acknowledged.',
  ),
);
export type LoadCheck = Of<typeof checkSchema>;

export const mappedLoadResultsSchema = define(
  'MappedLoadResults',
  object(
    {
      formatVersion: exactly(mappedLoadFormatVersion),
      kind: exactly('mapped load'),
      startedAt: text('ISO 8601, UTC.'),
      finishedAt: text(),
      commandLine: text(),
      mapping: described(mappingSchema, 'Whose tables the operations went to.'),
      ratePerSecond: number(),
      durationS: number(),
      answeredS: number('From the first arrival until the last answer.'),
      clients: number(),
      seed: number(),
      sampledMessages: number('Messages of the history that numbers and senders were drawn from.'),
      operations: list(operationsSchema),
      checks: list(checkSchema),
      environment: environmentSchema,
    },
    'mapped-load.json: sends and reports at a rate, committed in tables of other names.',
  ),
);
export type MappedLoadResults = Of<typeof mappedLoadResultsSchema>;
