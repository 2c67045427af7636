import { define, exactly, list, number, type Of, object, text } from '../../db/format/schema.ts';
import { environmentSchema } from '../results/environment.ts';
import { percentilesSchema } from '../stats/percentiles.ts';
import { thresholdFormatVersion } from './format-version.ts';

export const thresholdStepSchema = define(
  'ThresholdStep',
  object(
    {
      from: number(),
      to: number(),
      seconds: number("The statement's time, its commit included."),
      blocked: number('Numbers that the change blocked.'),
      unblocked: number('Numbers that the change unblocked.'),
      blockedAfter: number('Numbers that are blocked after it.'),
      sends: object(
        { accepted: number(), percentiles: percentilesSchema },
        'Messages sent to a number that nobody opted out of, one after another, while it ran.',
      ),
      probes: object(
        { refused: number(), accepted: number('It must be 0.') },
        'Sends to a number that is blocked before and after.',
      ),
    },
    'One change, in one transaction.',
  ),
);
export type ThresholdStep = Of<typeof thresholdStepSchema>;

export const thresholdResultsSchema = define(
  'ThresholdResults',
  object(
    {
      formatVersion: exactly(thresholdFormatVersion),
      kind: exactly('threshold'),
      startedAt: text('ISO 8601, UTC.'),
      commandLine: text(),
      scale: text('tiny, small … or the number of messages as text.'),
      optOuts: number(),
      steps: list(thresholdStepSchema),
      environment: environmentSchema,
    },
    'threshold.json: what it took to change how many profiles block a number, while messages were sent.',
  ),
);
export type ThresholdResults = Of<typeof thresholdResultsSchema>;
