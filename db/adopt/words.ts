import type { IdColumn, Mapping, Value } from './mapping.ts';
import { derivedName, quoteName, quoteText } from './quote.ts';

/*
 * What a mapping says, as SQL: names of tables, expressions over their rows, conditions. In functions,
 * operators, types and collations are named with their schema, so that no search_path changes what they
 * mean. A row is the alias that names it: `m`, `new`.
 */

/** An expression over the row of an alias; over a table's own columns without one. */
export type Expression = (row?: string) => string;

/** A condition on such a row, with the equality operator as it is written. */
export type Condition = (row: string | undefined, equals: string) => string;

/** The words of a mapping. */
export interface Words {
  /** The schema of what is made. */
  readonly schema: string;
  readonly messages: string;
  readonly reports: string;
  readonly senderType: string;
  readonly idType: string;
  readonly referenceType: string;
  /** Of a message: its number as it is kept, its sender, its id, and what reports name it by. */
  readonly number: Expression;
  readonly sender: Expression;
  readonly id: Expression;
  readonly reference: Expression;
  /** Of a report: the message that it names, its own id. */
  readonly message: Expression;
  readonly reportId: Expression;
  /** What the carrier said. */
  readonly code: Expression;
  /** Whether a report has a code that means "opted out": what its triggers and the index ask. */
  readonly hasCode: Condition;
  /** Whether it counts, as far as its status goes; undefined where no status matters. */
  readonly hasStatus: Condition | undefined;
  readonly lacksStatus: Condition | undefined;
  /** The codes in a sentence. */
  readonly codes: string;
}

/** The words of a mapping. */
export function wordsOf({ schema, messages, reports }: Mapping): Words {
  const refersTo = reports.refersTo ?? messages.id;
  const { status } = reports;
  const is = quoteText(status?.is ?? '');
  return {
    schema: quoteName(schema),
    messages: qualifiedName(messages.schema, messages.table),
    reports: qualifiedName(reports.schema, reports.table),
    senderType: keptType(messages.sender),
    idType: keptType(messages.id),
    referenceType: keptType(refersTo),
    number: (row) =>
      messages.number.type === 'bigint'
        ? `(${columnOf(messages.number.column, row)}::pg_catalog.text)`
        : kept(messages.number, row),
    sender: (row) => kept(messages.sender, row),
    id: (row) => columnOf(messages.id.column, row),
    reference: (row) => columnOf(refersTo.column, row),
    message: (row) => {
      const value = jsonOrColumn(reports.message, row);
      const type = keptType(refersTo);
      return reports.message.path === undefined || type === 'text'
        ? value
        : `(${value}::${catalogType(type)})`;
    },
    reportId: (row) => columnOf(reports.id, row),
    code: (row) => jsonOrColumn(reports.code, row),
    hasCode: (row, equals) => {
      const value = jsonOrColumn(reports.code, row);
      const [only, second] = reports.codes;
      if (second !== undefined) return `${value} ${equals} any ('{${reports.codes.join(',')}}')`;
      const isText = typeof only === 'string' || reports.code.path !== undefined;
      return `${value} ${equals} ${isText ? quoteText(String(only)) : only}`;
    },
    hasStatus: status && ((row, equals) => `${jsonOrColumn(status, row)} ${equals} ${is}`),
    lacksStatus:
      status &&
      ((row, equals) =>
        status.notNull === true
          ? `${jsonOrColumn(status, row)} ${equals.replace('=', '<>')} ${is}`
          : `(${jsonOrColumn(status, row)} ${equals} ${is}) is not true`),
    codes: reports.codes.join(' or '),
  };
}

/** The names of the triggers and of the index, which begin with their table's. */
export function namesOf(mapping: Mapping) {
  const { messages, reports } = mapping;
  return {
    refuseInsert: derivedName(messages.table, 'refuse_blocked_insert'),
    refuseUpdate: derivedName(messages.table, 'refuse_blocked_update'),
    recordMove: derivedName(
      messages.table,
      isOneTable(mapping) ? 'record_opt_out_move' : 'record_opt_out_update',
    ),
    recordInsert: derivedName(reports.table, 'record_opt_out_insert'),
    recordUpdate: derivedName(reports.table, 'record_opt_out_update'),
    index: derivedName(reports.table, 'opted_out_message_idx'),
  } as const;
}

/** Whether a message holds its own report. */
export function isOneTable({ messages, reports }: Mapping): boolean {
  return messages.schema === reports.schema && messages.table === reports.table;
}

/** `schema.table`, in quotes where it must be. */
export function qualifiedName(schema: string, table: string): string {
  return `${quoteName(schema)}.${quoteName(table)}`;
}

/** A type with its schema: the grammar knows some by another name than the catalog. */
export function catalogType(type: string): string {
  const names: Readonly<Record<string, string>> = { bigint: 'int8', integer: 'int4' };
  return `pg_catalog.${names[type] ?? type}`;
}

/** The type in which a column of theirs is kept. */
function keptType({ type }: IdColumn): string {
  return type === 'varchar' ? 'text' : type;
}

/** A column as it is kept: text is compared byte by byte. */
function kept({ column, type, collation }: IdColumn, row?: string): string {
  const plain = columnOf(column, row);
  if (type === 'varchar') return `(${plain}::pg_catalog.text collate pg_catalog."C")`;
  return type === 'text' && collation !== 'C' ? `(${plain} collate pg_catalog."C")` : plain;
}

function jsonOrColumn({ column, path }: Value, row?: string): string {
  const plain = columnOf(column, row);
  if (path === undefined) return plain;
  return `(${plain} operator(pg_catalog.#>>) ${quoteText(`{${path.map((name) => `"${name}"`).join(',')}}`)})`;
}

function columnOf(column: string, row?: string): string {
  return row === undefined ? quoteName(column) : `${row}.${quoteName(column)}`;
}
