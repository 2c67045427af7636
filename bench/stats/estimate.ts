import { define, number, type Of, object } from '../../db/format/schema.ts';

export const estimateSchema = define(
  'Estimate',
  object(
    { value: number(), low: number(), high: number(), samples: number() },
    'A figure with its interval, and of how many values it is.',
  ),
);
export type Estimate = Of<typeof estimateSchema>;

/** What of an estimate is shown: the figure and its interval. */
export type EstimateRange = Omit<Estimate, 'samples'>;
