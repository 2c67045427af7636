import type pg from 'pg';
import { designOfMapping } from '../../db/adopt/designs.ts';
import type { Mapping } from '../../db/adopt/mapping.ts';
import { namesOf, type Words, wordsOf } from '../../db/adopt/words.ts';
import { UserError } from '../../db/cli/errors.ts';
import { onlyRow } from '../../db/connection/only-row.ts';
import { readSql } from '../../db/sql.ts';
import type { RelationSize } from '../results/results.ts';
import type { CheckedTable } from './arms.ts';
import { readSample, type Sample } from './sample.ts';
import { type Columns, type MappedStatements, statementsOf } from './statements.ts';

const sql = (name: string): string => readSql(new URL(`./sql/${name}.sql`, import.meta.url));

/** Somebody's tables as a bench finds them. */
export interface LookedAt extends CheckedTable {
  readonly statements: MappedStatements;
  readonly sample: Sample;
  readonly blockThreshold: number;
  /** Triggers of their own that fire when a message is inserted. */
  readonly otherTriggers: readonly string[];
  /** Of the two tables and of what the check keeps. */
  readonly relations: readonly RelationSize[];
}

/**
 * Looks at the tables of a mapping, and writes nothing.
 *
 * @throws UserError, one line, where the check is not in place, a column would stay empty, or there are no
 *   messages to draw from
 */
export async function lookAt(admin: pg.Client, mapping: Mapping, seed: number): Promise<LookedAt> {
  const words = wordsOf(mapping);
  const { messages: table, schema } = words;
  const check = `${schema}.${designOfMapping(mapping).check}()`;
  const { otherTriggers } = await requireCheck(admin, mapping, words, check);
  const statements = statementsOf(mapping, await readColumns(admin, words));
  await tryOut(admin, statements);
  const sizes = await readSizes(admin, words);
  const sample = await readSample(admin, mapping, bytesOf(sizes, words), seed);
  if (sample.messages.length === 0) {
    throw new UserError(`${table} has no messages to draw numbers and senders from`);
  }
  const { threshold: blockThreshold } = onlyRow(
    await admin.query<{ threshold: number }>(
      `select ${schema}.opt_out_block_threshold() as threshold`,
    ),
  );
  const relations = sizes.map(({ tableBytes: _, ...size }) => size);
  return { table, check, statements, sample, blockThreshold, otherTriggers, relations };
}

/** What fires where messages are inserted. */
interface InPlace {
  readonly isThere: boolean;
  readonly isOn: boolean;
  readonly replicaTriggers: readonly string[];
  readonly otherTriggers: readonly string[];
}

async function requireCheck(
  admin: pg.Client,
  mapping: Mapping,
  { messages, reports }: Words,
  check: string,
): Promise<InPlace> {
  for (const table of [messages, reports]) {
    const { there } = onlyRow(
      await admin.query<{ there: boolean }>('select to_regclass($1) is not null as there', [table]),
    );
    if (!there) throw new UserError(`there is no table ${table} in this database`);
  }
  const found = onlyRow(await admin.query<InPlace>(sql('check_in_place'), [messages, check]));
  const trigger = namesOf(mapping).refuseInsert;
  if (!found.isThere) {
    throw new UserError(
      `no trigger of ${messages} calls ${check}: run the files that npm run adopt makes of this mapping first, 04_switch_on.sql included`,
    );
  }
  if (!found.isOn) {
    throw new UserError(
      `the check of ${messages} is off, or fires always: alter table ${messages} enable trigger ${trigger}`,
    );
  }
  const [replica] = found.replicaTriggers;
  if (replica !== undefined) {
    throw new UserError(
      `the trigger ${replica} of ${messages} fires in replicas only, and would fire only where the check rests`,
    );
  }
  return found;
}

async function readColumns(admin: pg.Client, { messages, reports }: Words): Promise<Columns> {
  const { rows } = await admin.query<Columns[keyof Columns][number] & { use: string }>(
    sql('columns'),
    [messages, reports],
  );
  const of = (wanted: keyof Columns): Columns[keyof Columns] =>
    rows.filter(({ use }) => use === wanted);
  return { messages: of('messages'), reports: of('reports') };
}

/** Prepares every statement once: what the server says of one is said before anything is written. */
async function tryOut(admin: pg.Client, statements: MappedStatements): Promise<void> {
  const { insertMessage, insertMessages, report } = statements;
  for (const { name, text } of [insertMessage, insertMessages, report]) {
    await admin.query(`prepare ${name} as ${text}`);
    await admin.query(`deallocate ${name}`);
  }
}

type SizeOfTable = RelationSize & { readonly tableBytes: number };

/** Of the two tables and of what the check keeps. */
async function readSizes(
  admin: pg.Client,
  { schema, messages, reports }: Words,
): Promise<readonly SizeOfTable[]> {
  const names = [messages, reports, `${schema}.opt_outs`, `${schema}.blocked_contacts`];
  const { rows } = await admin.query<SizeOfTable>(sql('sizes'), [[...new Set(names)]]);
  return rows;
}

function bytesOf(
  sizes: readonly SizeOfTable[],
  { messages, reports }: Words,
): { readonly messages: number; readonly reports: number } {
  const of = (table: string): number => sizes.find(({ name }) => name === table)?.tableBytes ?? 0;
  return { messages: of(messages), reports: of(reports) };
}
