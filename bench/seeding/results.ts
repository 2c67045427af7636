import {
  define,
  exactly,
  list,
  number,
  type Of,
  object,
  oneOf,
  text,
} from '../../db/format/schema.ts';
import { speedFormatVersion } from './format-version.ts';

export const speedPairSchema = define(
  'SpeedPair',
  object(
    { seederSeconds: number(), serverSeconds: number() },
    'The same rows loaded twice, right after each other: by the seeder, and by the server alone from files.',
  ),
);
export type SpeedPair = Of<typeof speedPairSchema>;

export const speedResultsSchema = define(
  'SpeedResults',
  object(
    {
      formatVersion: exactly(speedFormatVersion),
      kind: exactly('seed-speed'),
      loads: oneOf(
        ['messages', 'whole'],
        'The COPY of the messages alone, or all tables with their indexes and keys.',
      ),
      startedAt: text('ISO 8601, UTC.'),
      commandLine: text(),
      messages: number('In each load.'),
      pairs: list(speedPairSchema),
    },
    'What `npm run bench:seed -- --out FILE` writes.',
  ),
);
export type SpeedResults = Of<typeof speedResultsSchema>;
