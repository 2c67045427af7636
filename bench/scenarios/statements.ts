import { readSql } from '../../db/sql.ts';
import { citusSql } from '../../db/topologies/citus/statements.ts';
import type { Topology } from '../../db/topologies/topology.ts';
import type { NamedStatement, Value } from './prepared.ts';

const withoutComments = (text: string): string =>
  text
    .replaceAll(/^--.*\n/gm, '')
    .trim()
    .replace(/;$/, '');

const sql = (name: string): string =>
  withoutComments(readSql(new URL(`./sql/${name}.sql`, import.meta.url)));

/** The statements that are timed and explained, each prepared once a session under its name. */
export const statements = {
  insertMessage: { name: 'insert_message', text: sql('insert_message') },
  insertMessages: { name: 'insert_messages', text: sql('insert_messages') },
  insertReport: { name: 'insert_report', text: sql('insert_report') },
} as const;

/** What tells of delivery reports, in the form that a topology has, with the values of messages. */
export interface ReportStatements {
  /** One report with an error code. */
  readonly insertReport: NamedStatement;
  readonly valuesOf: (message: SentMessage, errorCode: number) => readonly Value[];
  /** A 21610 for each message. */
  readonly optOutReports: string;
  readonly valuesOfAll: (messages: readonly SentMessage[]) => readonly (readonly string[])[];
}

/** A message that a report is about. */
export interface SentMessage {
  readonly id: string;
  readonly to_number: string;
}

const byMessage: ReportStatements = {
  insertReport: statements.insertReport,
  valuesOf: ({ id }, errorCode) => [id, errorCode],
  optOutReports: sql('opt_out_reports'),
  valuesOfAll: (messages) => [messages.map(({ id }) => id)],
};

const byNumberAndMessage: ReportStatements = {
  insertReport: { name: 'insert_report', text: withoutComments(citusSql('insert_report')) },
  valuesOf: ({ id, to_number }, errorCode) => [id, errorCode, to_number],
  optOutReports: withoutComments(citusSql('opt_out_reports')),
  valuesOfAll: (messages) => [
    messages.map(({ id }) => id),
    messages.map(({ to_number }) => to_number),
  ],
};

/** How a topology's reports are inserted. */
export function reportStatements(topology: Topology): ReportStatements {
  return topology.reportsNameNumber ? byNumberAndMessage : byMessage;
}

/** What checks elsewhere than in a trigger. */
export const otherChecks = {
  insertUnlessBlocked: { name: 'insert_unless_blocked', text: sql('insert_unless_blocked') },
  isBlocked: { name: 'is_blocked', text: sql('is_blocked') },
} as const;

/** COPY has no parameters and is not prepared. */
export const copyMessages = sql('copy_messages');
export const copyMessagesWithIds = sql('copy_messages_with_ids');
