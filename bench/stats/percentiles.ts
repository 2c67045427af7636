import { define, numberOrNull, type Of, object } from '../../db/format/schema.ts';

export const percentilesSchema = define(
  'Percentiles',
  object(
    {
      p50: numberOrNull(),
      p75: numberOrNull(),
      p90: numberOrNull(),
      p95: numberOrNull(),
      p99: numberOrNull(),
      p999: numberOrNull(),
      p9999: numberOrNull(),
      min: numberOrNull(),
      max: numberOrNull(),
      mean: numberOrNull(),
    },
    'Nanoseconds; null where there are too few samples to quote it.',
  ),
);
export type Percentiles = Of<typeof percentilesSchema>;
