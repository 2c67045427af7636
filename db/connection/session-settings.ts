import type pg from 'pg';
import { readSql } from '../sql.ts';

/**
 * What the lab's sessions rely on, as the server shows it: a database or a role may have other
 * defaults (`alter database … set`). A session that means something else sets it afterwards. To take
 * that back, set the value of this list: RESET brings the database's own default.
 */
const reliedOn: readonly {
  readonly name: string;
  readonly value: string;
  /** Other values that serve as well, and are left as they are. */
  readonly asGood?: readonly string[];
}[] = [
  // the tables are where an application finds them, whatever schemas there are beside
  { name: 'search_path', value: 'public' },
  // what may take its time takes it, and what waits may wait: limits are set where one is meant
  { name: 'statement_timeout', value: '0' },
  { name: 'lock_timeout', value: '0' },
  { name: 'transaction_timeout', value: '0' },
  { name: 'idle_in_transaction_session_timeout', value: '0' },
  { name: 'idle_session_timeout', value: '0' },
  { name: 'exit_on_error', value: 'off' },
  // a transaction is what "begin" alone promises
  { name: 'default_transaction_isolation', value: 'read committed' },
  { name: 'default_transaction_read_only', value: 'off' },
  { name: 'default_transaction_deferrable', value: 'off' },
  // a commit that is called durable is
  {
    name: 'synchronous_commit',
    value: 'on',
    asGood: ['local', 'remote_write', 'remote_apply'],
  },
  // triggers fire, policies hold, views may be read
  { name: 'session_replication_role', value: 'origin' },
  { name: 'row_security', value: 'on' },
  { name: 'restrict_nonsystem_relation_kind', value: '' },
  // texts are read and written as one expects
  { name: 'DateStyle', value: 'ISO, MDY', asGood: ['ISO, DMY', 'ISO, YMD'] },
  { name: 'IntervalStyle', value: 'postgres' },
  { name: 'extra_float_digits', value: '1', asGood: ['2', '3'] },
  { name: 'bytea_output', value: 'hex' },
  { name: 'standard_conforming_strings', value: 'on' },
  { name: 'array_nulls', value: 'on' },
  { name: 'transform_null_equals', value: 'off' },
  { name: 'quote_all_identifiers', value: 'off' },
  // auto_explain's plans arrive as notices
  { name: 'client_min_messages', value: 'notice' },
  // its compile time would be taken for the cost of a design
  { name: 'jit', value: 'off' },
];

/** Settings by name. */
export type Settings = Readonly<Record<string, string>>;

const makeSql = readSql(new URL('./sql/make_settings.sql', import.meta.url));
const toAskForSql = readSql(new URL('./sql/settings_to_ask_for.sql', import.meta.url));

/** Makes a session's settings what the lab relies on, in one round trip. */
export async function makeSettings(client: pg.Client): Promise<void> {
  await client.query(makeSql, asParameters(reliedOn));
}

/** What a program needs less than the lab's own sessions do. */
export interface ProgramNeeds {
  /** Settings that it does without. */
  readonly indifferentTo?: readonly string[];
  /** Whether any search_path will do that has public in it. */
  readonly searchPath?: 'is public' | 'has public';
}

/**
 * The settings that a program's session must ask for when it connects, because it would not have them
 * by itself. Only those: a pooler refuses to be asked.
 *
 * @param session of the same login and database
 */
export async function settingsToAskFor(
  session: pg.Client,
  { indifferentTo = [], searchPath = 'is public' }: ProgramNeeds,
): Promise<Settings> {
  const { rows } = await session.query<{ name: string; value: string }>(toAskForSql, [
    ...asParameters(reliedOn.filter(({ name }) => !indifferentTo.includes(name))),
    searchPath === 'has public',
  ]);
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

function asParameters(settings: typeof reliedOn): string[][] {
  return [
    settings.map(({ name }) => name),
    settings.map(({ value }) => value),
    settings.map(({ asGood = [] }) => `,${asGood.join(',')},`),
  ];
}
