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
  tagged,
  text,
} from '../../db/format/schema.ts';

export const executionCostSchema = define(
  'ExecutionCost',
  object(
    {
      instructions: number('Of the server process; reading and parsing of `execute` included.'),
      walBytes: number('Without images of whole pages.'),
      pages: number('Asked for in shared buffers, whether new to the execution or not.'),
    },
    'One execution: the difference of two counts over the difference of their numbers of executions.',
  ),
);
export type ExecutionCost = Of<typeof executionCostSchema>;

export const countedScenarioSchema = define(
  'CountedScenario',
  object({
    name: text('As the scenario that times the same is called.'),
    title: text(),
    rowsPerStatement: number(),
    control: oneOf(
      ['check off', 'other statement', 'none'],
      'What it is compared with; `other statement`: a 30007 about the same message.',
    ),
    treatment: described(executionCostSchema, 'With the check; of a report, with 21610.'),
    without: optional(described(executionCostSchema, 'The control; absent where there is none.')),
  }),
);
export type CountedScenarioResult = Of<typeof countedScenarioSchema>;

export const countedDesignSchema = define(
  'CountedDesign',
  object({
    name: text(),
    scenarios: list(countedScenarioSchema),
    reason: optional(text('Why it has none.')),
  }),
);
export type CountedDesign = Of<typeof countedDesignSchema>;

export const countedSchema = define(
  'Counted',
  object({
    state: exactly('counted'),
    counter: oneOf(['valgrind', 'perf']),
    counterVersion: text(),
    programs: oneOf(["the run's own", 'the embedded server of the same major version']),
    serverVersion: text('As the counted program tells it.'),
    blockedContacts: number('In the cluster that was counted on.'),
    designs: list(countedDesignSchema),
  }),
);
export type Counted = Of<typeof countedSchema>;

export const notCountedSchema = define(
  'NotCounted',
  object({ state: exactly('not counted'), reason: text() }),
);

export const instructionsSchema = define(
  'Instructions',
  tagged(
    'state',
    [countedSchema, notCountedSchema],
    'The costs without noise: instructions, pages and WAL of one execution, in a single-user server on a small cluster of its own.',
  ),
);
export type Instructions = Of<typeof instructionsSchema>;
