import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** A row that is to be stored under an id of ours. */
export interface NewMessage {
  readonly id: string;
  readonly profile: string | null;
  readonly phone: string;
}

/** A report that is to be stored under an id of ours. */
export interface NewReport {
  readonly id: string;
  readonly message: string;
  readonly event: string;
  readonly code: number | null;
}

const columnsOf = (messages: readonly NewMessage[]): unknown[] => [
  messages.map(({ id }) => id),
  messages.map(({ profile }) => profile),
  messages.map(({ phone }) => phone),
];

const copy = (client: pg.Client, statement: string, rows: readonly (readonly unknown[])[]) =>
  pipeline(
    Readable.from(rows.map((row) => `${row.map((cell) => cell ?? '\\N').join('\t')}\n`)),
    client.query(copyFrom(statement)),
  );

/** The ways in which an application stores messages. */
export const sendingWays = {
  'insert … values': async (client: pg.Client, messages: readonly NewMessage[]) => {
    const rows = messages.map((_, i) => `($${3 * i + 1}, $${3 * i + 2}, $${3 * i + 3}, 'ways')`);
    await client.query(
      `insert into outbound_messages (id, profile_id, to_number, body) values ${rows.join(', ')} returning id`,
      messages.flatMap(({ id, profile, phone }) => [id, profile, phone]),
    );
  },
  'insert … select': async (client: pg.Client, messages: readonly NewMessage[]) => {
    await client.query(
      `insert into outbound_messages (id, profile_id, to_number, body)
       select m.id, m.profile, m.phone, 'ways'
       from unnest($1::uuid[], $2::uuid[], $3::text[]) as m (id, profile, phone)`,
      columnsOf(messages),
    );
  },
  'insert … on conflict do nothing': async (client: pg.Client, messages: readonly NewMessage[]) => {
    await client.query(
      `insert into outbound_messages (id, profile_id, to_number, body)
       select m.id, m.profile, m.phone, 'ways'
       from unnest($1::uuid[], $2::uuid[], $3::text[]) as m (id, profile, phone)
       on conflict do nothing`,
      columnsOf(messages),
    );
  },
  'with … insert': async (client: pg.Client, messages: readonly NewMessage[]) => {
    await client.query(
      `with sent as (
         insert into outbound_messages (id, profile_id, to_number, body)
         select m.id, m.profile, m.phone, 'ways'
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as m (id, profile, phone)
         returning id
       )
       select count(*) from sent`,
      columnsOf(messages),
    );
  },
  'in a transaction with a savepoint': async (
    client: pg.Client,
    messages: readonly NewMessage[],
  ) => {
    await client.query('begin');
    try {
      await client.query('savepoint before');
      await sendingWays['insert … select'](client, messages);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback to before');
      await client.query('commit');
      throw error;
    }
  },
  copy: (client: pg.Client, messages: readonly NewMessage[]) =>
    copy(
      client,
      'copy outbound_messages (id, profile_id, to_number, body) from stdin',
      messages.map(({ id, profile, phone }) => [id, profile, phone, 'ways']),
    ),
} as const;
export type SendingWay = keyof typeof sendingWays;

/** The ways in which reports are stored. */
export const reportingWays = {
  'insert … values': async (client: pg.Client, { id, message, event, code }: NewReport) => {
    await client.query(
      'insert into delivery_reports (id, message_id, event_type, error_code) values ($1, $2, $3, $4)',
      [id, message, event, code],
    );
  },
  'insert … select': async (client: pg.Client, { id, message, event, code }: NewReport) => {
    await client.query(
      `insert into delivery_reports (id, message_id, event_type, error_code)
       select r.id, r.message, r.event, r.code
       from unnest($1::uuid[], $2::uuid[], $3::text[], $4::integer[]) as r (id, message, event, code)`,
      [[id], [message], [event], [code]],
    );
  },
  merge: async (client: pg.Client, { id, message, event, code }: NewReport) => {
    await client.query(
      `merge into delivery_reports as r
       using (values ($1::uuid, $2::uuid, $3::text, $4::integer)) as new (id, message, event, code)
         on r.id = new.id
       when matched then update set error_code = new.code
       when not matched then
         insert (id, message_id, event_type, error_code) values (new.id, new.message, new.event, new.code)`,
      [id, message, event, code],
    );
  },
  'insert … on conflict do update': async (
    client: pg.Client,
    { id, message, event, code }: NewReport,
  ) => {
    await client.query(
      `insert into delivery_reports (id, message_id, event_type, error_code) values ($1, $2, $3, $4)
       on conflict (id) do update set error_code = excluded.error_code`,
      [id, message, event, code],
    );
  },
  copy: (client: pg.Client, { id, message, event, code }: NewReport) =>
    copy(client, 'copy delivery_reports (id, message_id, event_type, error_code) from stdin', [
      [id, message, event, code],
    ]),
} as const;
export type ReportingWay = keyof typeof reportingWays;
