import type pg from 'pg';
import { readBlockThreshold } from '../../db/schema/block-threshold.ts';
import { topologyOf } from '../../db/topologies/topology.ts';
import { mostOptOuts } from '../data-set/contacts.ts';
import { deriveKey, RandomSequence } from '../data-set/counter-random.ts';
import { type DataSet, type TableName, tableNames } from '../data-set/data-set.ts';
import { rowFunctions } from '../data-set/rows.ts';

const rowsPerTable = 50;

interface Lookup {
  readonly columns: readonly string[];
  /** The column that an index finds rows by. */
  readonly key: string;
  readonly keyType: 'uuid' | 'text';
}

const lookups: Readonly<Record<TableName, Lookup>> = {
  profiles: { columns: ['id', 'name'], key: 'id', keyType: 'uuid' },
  outbound_messages: {
    columns: ['id', 'profile_id', 'to_number', 'body'],
    key: 'id',
    keyType: 'uuid',
  },
  delivery_reports: {
    columns: ['id', 'message_id', 'event_type', 'error_code'],
    key: 'id',
    keyType: 'uuid',
  },
  opt_outs: { columns: ['phone', 'profile_id', 'ordinal'], key: 'phone', keyType: 'text' },
  blocked_contacts: { columns: ['phone'], key: 'phone', keyType: 'text' },
};

/**
 * Looks up the first, the last and some rows between in each table, and returns the tables where one
 * is missing or different. Milliseconds at any scale: it finds a table that was emptied or filled
 * with something else, not a single changed row. That is what verifying is for.
 */
export async function spotCheck(
  client: pg.Client,
  dataSet: DataSet,
): Promise<readonly TableName[]> {
  const suspicious: TableName[] = [];
  const threshold = await readBlockThreshold(client);
  for (const table of tableNames) {
    if (table === 'blocked_contacts' && threshold > mostOptOuts) continue; // nobody of the data set is
    const expected = await withoutOptedIn(client, table, sampleRows(dataSet, table));
    if (!(await areStored(client, table, expected))) suspicious.push(table);
  }
  return suspicious;
}

function sampleRows(dataSet: DataSet, table: TableName): readonly object[] {
  const count = dataSet.rowCounts[table];
  if (count === 0) return [];
  const random = new RandomSequence(deriveKey(dataSet.options.seed, `spot check of ${table}`));
  const between = Array.from({ length: rowsPerTable }, () => random.below(count));
  return [...new Set([0, count - 1, ...between])].map((row) => rowFunctions[table](dataSet, row));
}

/** Where contacts opted in since, their opt-outs and blocks are rightly gone, or have another ordinal. */
async function withoutOptedIn(
  client: pg.Client,
  table: TableName,
  rows: readonly object[],
): Promise<readonly object[]> {
  const { optIns } = await topologyOf(client);
  if (!optIns || lookups[table].key !== 'phone') return rows;
  const phones = rows.map((row) => columnOf(row, 'phone'));
  const found = await client.query<{ phone: string }>(
    'select i.phone from public.opt_ins as i where i.phone = any ($1::text[])',
    [phones],
  );
  const optedIn = new Set(found.rows.map(({ phone }) => phone));
  return rows.filter((row) => !optedIn.has(String(columnOf(row, 'phone'))));
}

async function areStored(
  client: pg.Client,
  table: TableName,
  expected: readonly object[],
): Promise<boolean> {
  const { columns, key, keyType } = lookups[table];
  const toText = (row: object): string => JSON.stringify(columns.map((one) => columnOf(row, one)));
  const { rows } = await client.query<object>(
    `select ${columns.join(', ')} from public.${table} where ${key} = any ($1::${keyType}[])`,
    [expected.map((row) => (row as Record<string, unknown>)[key])],
  );
  const stored = new Set(rows.map(toText));
  return expected.every((row) => stored.has(toText(row)));
}

/** A column that one side lacked would be equal to a null of the other. */
function columnOf(row: object, column: string): unknown {
  if (!(column in row)) throw new Error(`a row to compare has no ${column}`);
  return (row as Record<string, unknown>)[column];
}
