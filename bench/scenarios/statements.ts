import { readSql } from '../../db/sql.ts';

const sql = (name: string): string =>
  readSql(new URL(`./sql/${name}.sql`, import.meta.url))
    .replaceAll(/^--.*\n/gm, '')
    .trim()
    .replace(/;$/, '');

/** The statements that are timed and explained, each prepared once a session under its name. */
export const statements = {
  insertMessage: { name: 'insert_message', text: sql('insert_message') },
  insertMessages: { name: 'insert_messages', text: sql('insert_messages') },
  insertReport: { name: 'insert_report', text: sql('insert_report') },
} as const;

/** What checks elsewhere than in a trigger. */
export const otherChecks = {
  insertUnlessBlocked: { name: 'insert_unless_blocked', text: sql('insert_unless_blocked') },
  isBlocked: { name: 'is_blocked', text: sql('is_blocked') },
} as const;

/** COPY has no parameters and is not prepared. */
export const copyMessages = sql('copy_messages');
export const copyMessagesWithIds = sql('copy_messages_with_ids');
