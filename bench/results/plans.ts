// The plans that were kept: a part of results.json (results.ts).
import {
  anything,
  define,
  described,
  list,
  number,
  type Of,
  object,
  oneOf,
  optional,
  text,
  yesOrNo,
} from '../../db/format/schema.ts';

export const planSummarySchema = define(
  'PlanSummary',
  object(
    {
      nodes: list(
        text(),
        'Node types with their index or table, from the outside in: `Index Only Scan on blocked_contacts_pkey`.',
      ),
      indexes: list(text()),
      relations: list(text()),
      buffers: number('Shared buffers hit or read by the statement.'),
      heapFetches: optional(
        number(
          'Rows that index-only scans had to look up in the table, for want of a bit in the visibility map; absent in older runs.',
        ),
      ),
      rows: number(),
      milliseconds: number(),
      bigSeqScans: list(text(), 'Tables of 10,000 rows or more that were read from end to end.'),
      shape: text(
        'A short hash of node types, relations, indexes and join shape: another one is another plan.',
      ),
    },
    'What a reader compares between plans.',
  ),
);
export type PlanSummary = Of<typeof planSummarySchema>;

export const nestedPlanSchema = define(
  'NestedPlan',
  object(
    {
      query: text(),
      kind: oneOf(
        ['trigger', 'foreign key'],
        'Foreign keys are checked by statements inside triggers too; they are no part of the opt-out check.',
      ),
      times: number(
        'How many times the same plan shape ran (a row trigger runs it for every row).',
      ),
      summary: planSummarySchema,
      plan: optional(
        anything('EXPLAIN (FORMAT JSON) of the first time; absent: it is in `jsonFile` alone.'),
      ),
    },
    'A plan of a statement inside a trigger.',
  ),
);
export type NestedPlan = Of<typeof nestedPlanSchema>;

export const lookupPlanSchema = define(
  'LookupPlan',
  object(
    {
      sql: text("The design's lookup.sql, or the default's."),
      summary: planSummarySchema,
      plan: anything('EXPLAIN (FORMAT JSON).'),
    },
    'The lookup of a send, explained by itself: not what ran in the trigger, which was not seen.',
  ),
);
export type LookupPlan = Of<typeof lookupPlanSchema>;

export const capturedPlanSchema = define(
  'CapturedPlan',
  object(
    {
      design: text(),
      statement: text(),
      title: text(),
      sql: text(),
      jsonFile: text("Relative to the run's folder."),
      textFile: text(),
      nested: list(nestedPlanSchema, 'What ran inside triggers, innermost first.'),
      nestedMissing: optional(text('Set where nested plans could not be had.')),
      summary: optional(
        described(
          planSummarySchema,
          'The access path of the check: of the nested plans where there are any, else of the statement where the check is part of it; absent where the check was not seen.',
        ),
      ),
      lookup: optional(lookupPlanSchema),
      lookupMissing: optional(text('Why there is no lookup, where one was tried.')),
      outer: optional(
        described(
          planSummarySchema,
          'Of the statement itself, with what ran inside BEFORE triggers; absent where it was refused.',
        ),
      ),
      refused: yesOrNo('The statement was refused, so there is no outer plan.'),
      failed: optional(text('Why a plan could not be had: the statement timed out, for instance.')),
    },
    'A plan kept as JSON and text beside results.json.',
  ),
);
export type CapturedPlan = Of<typeof capturedPlanSchema>;
