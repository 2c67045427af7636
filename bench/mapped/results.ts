import { mappingSchema } from '../../db/adopt/mapping.ts';
import {
  define,
  described,
  exactly,
  list,
  number,
  type Of,
  object,
  text,
} from '../../db/format/schema.ts';
import { environmentSchema } from '../results/environment.ts';
import { methodSchema } from '../results/results.ts';
import { scenarioResultSchema } from '../results/scenarios.ts';
import { mappedFormatVersion } from './format-version.ts';

const notTimedSchema = define(
  'NotTimed',
  object({ scenario: text(), reason: text() }, 'A scenario that the history has no messages for.'),
);

export const mappedResultsSchema = define(
  'MappedResults',
  object(
    {
      formatVersion: exactly(mappedFormatVersion),
      kind: exactly('mapping'),
      startedAt: text('ISO 8601, UTC.'),
      finishedAt: text(),
      commandLine: text(),
      mapping: described(mappingSchema, 'Whose tables the statements went to.'),
      messages: text('Their table, as schema.table.'),
      reports: text(),
      blockThreshold: number(),
      seed: number(),
      sampledMessages: number('Messages of the history that numbers and senders were drawn from.'),
      otherTriggers: list(
        text(),
        "The tables' own triggers that fire when a message is inserted, with the check and without.",
      ),
      method: methodSchema,
      environment: described(
        environmentSchema,
        'Where and with what it ran. `relations` are the two tables and what the check keeps, with their indexes; their rows as the catalog knows them.',
      ),
      scenarios: list(
        scenarioResultSchema,
        'Every statement was rolled back in the round trip in which it ran: no commit is in any figure.',
      ),
      notTimed: list(notTimedSchema),
    },
    'mapped.json: what the check costs in tables of other names.',
  ),
);
export type MappedResults = Of<typeof mappedResultsSchema>;
