import {
  define,
  list,
  numberOrText,
  type Of,
  object,
  optional,
  text,
} from '../../../db/format/schema.ts';

/*
 * How an export says what happened: which of its columns says what. Headers are compared without their
 * case, spaces, hyphens and underscores. Sources and dates: docs/shape.md.
 */

/** The columns of an export, by their headers. */
export const exportFormatSchema = define(
  'ExportFormat',
  object(
    {
      $schema: optional(text('For editors.')),
      number: text('To whom: all messages to one number are one contact.'),
      sender: optional(text('Of whom a contact opts out.')),
      direction: optional(text('Lines whose value begins with "in" are left out.')),
      status: optional(text('What became of the message.')),
      code: text('The error code.'),
      codes: list(numberOrText(), 'Codes that mean: this contact has opted out of this sender.'),
      time: optional(
        text(
          'When it was sent: ISO 8601, RFC 2822, or seconds or milliseconds since 1970; UTC where nothing is said.',
        ),
      ),
      body: optional(text('The text, for its length.')),
    },
    'Which column of an export says what.',
  ),
);
export type ExportFormat = Of<typeof exportFormatSchema>;

/** The exports that are known by their headers. */
export const knownFormats: Readonly<Record<string, ExportFormat>> = {
  twilio: {
    number: 'To',
    sender: 'From',
    direction: 'Direction',
    status: 'Status',
    code: 'ErrorCode',
    codes: [21610],
    time: 'SentDate',
    body: 'Body',
  },
  telnyx: {
    number: 'cld',
    sender: 'profile_id',
    direction: 'direction',
    status: 'status',
    code: 'errors',
    codes: [40300],
    time: 'sent_at',
  },
  bandwidth: {
    number: 'destinationTn',
    sender: 'sourceTn',
    direction: 'messageDirection',
    status: 'messageStatus',
    code: 'errorCode',
    codes: [4775],
    time: 'receiveTime',
  },
  plivo: {
    number: 'to_number',
    sender: 'from_number',
    direction: 'message_direction',
    status: 'message_state',
    code: 'error_code',
    codes: [200],
    time: 'message_time',
  },
};

/** Where each thing stands in a line; undefined for what the export does not say. */
export type ColumnPlaces = Readonly<
  Record<'number' | 'code', number> &
    Record<'sender' | 'direction' | 'status' | 'time' | 'body', number | undefined>
>;

/** The places of a format's columns under a header; or the first column that is missing. */
export function placesOf(
  format: ExportFormat,
  header: readonly string[],
): ColumnPlaces | { readonly missing: string } {
  const names = header.map(plain);
  const missing = [format.number, format.code, ...optionalNames(format)].find(
    (name) => !names.includes(plain(name)),
  );
  if (missing !== undefined) return { missing };
  const placeOf = (name: string | undefined): number | undefined =>
    name === undefined ? undefined : names.indexOf(plain(name));
  return {
    number: names.indexOf(plain(format.number)),
    code: names.indexOf(plain(format.code)),
    sender: placeOf(format.sender),
    direction: placeOf(format.direction),
    status: placeOf(format.status),
    time: placeOf(format.time),
    body: placeOf(format.body),
  };
}

function optionalNames({ sender, direction, status, time, body }: ExportFormat): string[] {
  return [sender, direction, status, time, body].filter((name) => name !== undefined);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, '');
}
