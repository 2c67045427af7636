import {
  define,
  described,
  exactly,
  list,
  mapOf,
  number,
  numberOrText,
  type Of,
  object,
  oneOf,
  optional,
  text,
  yesOrNo,
} from '../format/schema.ts';

/*
 * A mapping: what somebody's tables are called, and how their reports say "opted out". The types, and
 * mapping.schema.json by which a file is checked, are made from what is written here: `npm run schemas`
 * writes it. Every fact that the SQL needs is in the file, so that none is asked of a database.
 */

const bytewise = optional(exactly('C'));

const idColumnSchema = define(
  'IdColumn',
  object(
    {
      column: text(),
      type: oneOf(['uuid', 'bigint', 'integer', 'text', 'varchar']),
      collation: bytewise,
    },
    'A column that holds an id. `collation` where a text column has "C".',
  ),
);
export type IdColumn = Of<typeof idColumnSchema>;

const numberColumnSchema = define(
  'NumberColumn',
  object(
    { column: text(), type: oneOf(['text', 'varchar', 'bigint']), collation: bytewise },
    'A column that holds a phone number. `collation` where a text column has "C".',
  ),
);
export type NumberColumn = Of<typeof numberColumnSchema>;

const valueMembers = {
  column: text(),
  path: optional(
    list(text(), 'Where the value is inside a json or jsonb column: the names from outside in.'),
  ),
};
const valueSchema = define('Value', object(valueMembers, 'A column, or a place inside JSON.'));
export type Value = Of<typeof valueSchema>;

const statusSchema = define(
  'Status',
  object(
    {
      ...valueMembers,
      is: text('What it must be.'),
      notNull: optional(yesOrNo('The column is declared not null.')),
    },
    'What else must be so for a report to count.',
  ),
);
export type Status = Of<typeof statusSchema>;

const othersSchema = optional(
  mapOf(
    text(),
    'Values, by column, of those that must have one, have no default, and are not named here otherwise; only bench inserts them.',
  ),
);

const messagesSchema = define(
  'Messages',
  object(
    {
      schema: text(),
      table: text('Of a partitioned table, the parent.'),
      id: described(idColumnSchema, 'What a message is known by.'),
      number: described(
        numberColumnSchema,
        'Whom it goes to; compared as written, never normalised.',
      ),
      sender: described(
        idColumnSchema,
        'Of whom a contact opts out: a profile, a number that sends, a messaging service.',
      ),
      sentAt: optional(
        text(
          'The column with the time of sending, a timestamp: describe reads it, and bench writes the present time where it has no default.',
        ),
      ),
      body: optional(
        text('The column with the text: describe reads its length, and bench writes one.'),
      ),
      others: othersSchema,
    },
    'The table of which a row is a message that is sent.',
  ),
);

const reportsSchema = define(
  'Reports',
  object(
    {
      schema: text(),
      table: text('Of a partitioned table, the parent.'),
      partitions: optional(
        list(
          text(),
          'All partitions, as schema.table, of a partitioned table: each gets an index.',
        ),
      ),
      id: text('By which reports are ordered.'),
      receivedAt: optional(
        text(
          'The column with the time of the report, a timestamp: describe reads it, and bench writes the present time where it has no default.',
        ),
      ),
      message: described(valueSchema, 'Which message it is about.'),
      refersTo: optional(
        described(
          idColumnSchema,
          "The column of the messages that this names, where it is not their id but the carrier's, say.",
        ),
      ),
      unknownMessage: optional(
        oneOf(
          ['refuse', 'store'],
          'What becomes of an opt-out whose message is not there: it is refused (the default), or stored without counting.',
        ),
      ),
      code: described(valueSchema, 'What the carrier said.'),
      codes: list(
        numberOrText(),
        'Those that mean: this contact has opted out of this sender. Numbers, or texts.',
      ),
      status: optional(statusSchema),
      others: othersSchema,
    },
    'The table of which a row is what the carrier said of a message.',
  ),
);

export const mappingSchema = define(
  'Mapping',
  object(
    {
      $schema: optional(text('For editors.')),
      schema: text('The schema that opt-outs, blocked numbers and functions are made in.'),
      threshold: number(
        'How many distinct senders must be told before a number is blocked for all.',
      ),
      design: optional(
        text('Which design of the lab checks what is sent: blocked_contacts where it is left out.'),
      ),
      messages: messagesSchema,
      reports: reportsSchema,
      sendingRole: optional(
        text(
          'The role that sends. It needs no new right, and is kept from writing what is derived.',
        ),
      ),
    },
    'Whose tables the check is made for.',
  ),
);
export type Mapping = Of<typeof mappingSchema>;
