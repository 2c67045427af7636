// A load that goes on for hours: a part of load.json (trial-results.ts).

import {
  define,
  list,
  mapOf,
  number,
  numberOrNull,
  type Of,
  object,
  oneOf,
  optional,
  text,
} from '../../../db/format/schema.ts';

export const soakEventSchema = define(
  'SoakEvent',
  object(
    {
      name: text(),
      startS: number("Since the run's start."),
      endS: number(),
      note: text('What it was in this run, or why it was not done.'),
    },
    'Something that was done to the server beside the load.',
  ),
);
export type SoakEvent = Of<typeof soakEventSchema>;

export const processSizeSchema = define(
  'ProcessSize',
  object(
    {
      residentBytes: number('Memory of its own; a server’s is summed over its processes.'),
      sharedBytes: optional(number('Of a server: shared memory that was used at least once.')),
      descriptors: numberOrNull('Open files and sockets; null where they may not be counted.'),
      processes: optional(number('Of a server.')),
    },
    'What a program takes of its machine.',
  ),
);
export type ProcessSize = Of<typeof processSizeSchema>;

export const soakSampleSchema = define(
  'SoakSample',
  object(
    {
      atS: number("Since the run's start."),
      generator: processSizeSchema,
      server: optional(processSizeSchema),
      deadRows: number('Of all tables, as the server counts them.'),
      relations: mapOf(number(), 'Bytes by table and by index, of schema public.'),
    },
    'How large everything was at one moment.',
  ),
);
export type SoakSample = Of<typeof soakSampleSchema>;

export const growthSchema = define(
  'Growth',
  object(
    {
      name: text(),
      unit: oneOf(['bytes', 'rows', 'ms', 'a second', 'files']),
      first: number('After the warm-up.'),
      last: number(),
      perHour: optional(
        object({ value: number(), low: number(), high: number() }, 'With its 95 % interval.'),
      ),
      verdict: oneOf(
        ['flat', 'grows', 'falls', 'too short'],
        'flat: the interval of the slope holds 0. too short: fewer than thirty samples.',
      ),
      cause: optional(text('Of what is not flat.')),
    },
    'One figure over time.',
  ),
);
export type Growth = Of<typeof growthSchema>;

export const soakSchema = define(
  'Soak',
  object(
    {
      everyS: number('Between two samples.'),
      warmUpS: number('What came before is in no slope.'),
      events: list(soakEventSchema),
      samples: list(soakSampleSchema),
      growth: list(growthSchema),
      memory: optional(
        object(
          {
            earlyS: number(),
            earlyBytes: number(),
            lateS: number(),
            lateBytes: number(),
            ratio: number(),
          },
          'The generator’s resident memory early in the run, after two minutes where it is long enough, and at its end.',
        ),
      ),
    },
    'What was done beside a long load, and how large everything was over time.',
  ),
);
export type Soak = Of<typeof soakSchema>;
