import {
  amount,
  define,
  described,
  exactly,
  list,
  number,
  type Of,
  object,
  oneOf,
  optional,
  share,
  shareOrNull,
  tagged,
  text,
  yesOrNo,
} from '../../db/format/schema.ts';

/*
 * A shape: what messages, reports and contacts look like, in figures that name nobody. The types, and
 * shape.schema.json by which a file is checked, are made from what is written here: `npm run schemas`
 * writes it.
 */

/** Counted up when an older reader would take a file for something else. */
export const shapeFormatVersion = 1;

/** No figure in a shape is about fewer contacts than this. */
export const smallestGroup = 20;

const estimateSchema = define(
  'Estimate',
  object(
    { value: amount(), low: amount(), high: amount() },
    'A figure and the interval that holds the truth 95 times in 100. All three are equal where every contact was looked at. What is so for fewer contacts than the smallest group counts as if it were so for none.',
  ),
);
export type Estimate = Of<typeof estimateSchema>;

const shareSchema = define(
  'Share',
  object(
    {
      value: share(),
      low: share(),
      high: amount('May be above 1 where there is next to nothing.'),
    },
    'A share and the interval that holds the truth 95 times in 100, as of an estimate.',
  ),
);

const quantileSchema = define(
  'Quantile',
  object(
    {
      at: share('The share of all that lies at or below the value.'),
      value: amount('Rounded, and the mean of a group that is not too small to be told.'),
      low: amount(),
      high: amount(),
    },
    'A quantile and its 95 % interval.',
  ),
);
export type Quantile = Of<typeof quantileSchema>;

const distributionSchema = define(
  'Distribution',
  object(
    { mean: described(estimateSchema, 'The mean.'), quantiles: list(quantileSchema) },
    'How a number is distributed. Quantiles with fewer contacts above or below them than the smallest group are left out.',
  ),
);
export type Distribution = Of<typeof distributionSchema>;

const classSchema = define(
  'Class',
  object(
    { count: amount(), orMore: optional(yesOrNo()), share: shareSchema },
    'The contacts that have so many of something, as a share of all. Where they are fewer than the smallest group they are among those with one less.',
  ),
);
export type Class = Of<typeof classSchema>;

const reportKindSchema = define(
  'ReportKind',
  object(
    {
      perMessage: described(estimateSchema, 'Reports of this kind per message.'),
      delayMs: optional(
        described(distributionSchema, 'Milliseconds from the message to its report, where known.'),
      ),
    },
    'Reports that say one thing.',
  ),
);
export type ReportKind = Of<typeof reportKindSchema>;

const sourceSchema = tagged('kind', [
  object(
    {
      kind: exactly('database'),
      server: text('Version of PostgreSQL.'),
      tables: oneOf(['lab', 'mapping'], "The lab's own tables, or those of a mapping."),
    },
    'Read from a database.',
  ),
  object(
    {
      kind: exactly('files'),
      format: text('Whose export it is.'),
      lines: number('Lines after the header.'),
      incoming: number('Lines about messages that came in, which say nothing here.'),
      badLines: number('Lines that could not be read.'),
    },
    'Read from exported files.',
  ),
]);
export type Source = Of<typeof sourceSchema>;

/** What a shape.json holds. */
export const shapeSchema = object(
  {
    $schema: optional(text('For editors.')),
    formatVersion: number(`${shapeFormatVersion}`),
    kind: exactly('shape'),
    source: sourceSchema,
    sample: object(
      {
        share: share('Of the contacts: chosen by a hash of the number, all of a contact or none.'),
        contacts: amount(),
        messages: amount(),
        smallestGroup: number('No figure is about fewer contacts.'),
      },
      'What was looked at.',
    ),
    messages: object({
      total: estimateSchema,
      withoutProfile: described(shareSchema, 'Share of the messages that no profile sent.'),
    }),
    contacts: object({
      total: estimateSchema,
      messages: described(distributionSchema, 'Messages to one contact.'),
      profiles: list(classSchema, 'By the profiles that a contact hears from.'),
      optOuts: list(classSchema, 'By the profiles that a contact opted out of.'),
      blocked: described(shareSchema, 'Share that opted out of three profiles or more.'),
    }),
    profiles: object({
      seen: amount('Profiles in the sample.'),
      messages: described(
        distributionSchema,
        'Messages of one profile, of those with enough contacts to be told.',
      ),
      small: object(
        { profiles: share('Of those seen.'), messages: share('Of the messages.') },
        'Profiles with fewer contacts in the sample than the smallest group, all together.',
      ),
    }),
    reports: object({
      total: estimateSchema,
      optedOut: described(reportKindSchema, 'The carrier says that the contact has opted out.'),
      delivered: described(reportKindSchema, 'No error.'),
      otherError: described(reportKindSchema, 'Any other error.'),
      repeated: described(
        shareSchema,
        'Of the opted-out reports with a profile, the share after the first from that profile to that contact.',
      ),
      doubled: described(shareSchema, 'Of all reports, the share that says the same again.'),
      withoutProfile: described(
        shareSchema,
        'Of the opted-out reports, the share about messages that no profile sent.',
      ),
    }),
    numbers: list(
      object({
        format: oneOf(['E.164', 'digits', 'other']),
        length: amount('Characters.'),
        share: share('Of the contacts whose format and length enough others share.'),
      }),
      'How numbers are written.',
    ),
    bodies: optional(object({ bytes: described(distributionSchema, 'Bytes in UTF-8.') })),
    arrivals: optional(
      object(
        {
          days: amount('From the first message to the last, rounded up.'),
          hours: list(
            shareOrNull(),
            'Share of the messages in each hour of the day (UTC); null where too few contacts got one.',
          ),
          crowding: object(
            { second: amount(), minute: amount(), hour: amount() },
            "Lloyd's index of patchiness: how many times the mean rate the rate is that a message sees around itself, in slots of this length. 1 for independent senders at an even rate, 3 where all is sent in a third of the slots.",
          ),
          batchMessages: amount(
            'Messages of the same profile in the same second, as the average message sees it, itself included.',
          ),
        },
        'When messages are sent, where that is known.',
      ),
    ),
  },
  'Figures of a texting application that name no contact, no profile and no text: docs/shape.md.',
);
export type Shape = Of<typeof shapeSchema>;
