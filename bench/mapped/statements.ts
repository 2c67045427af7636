import type { Mapping, Value } from '../../db/adopt/mapping.ts';
import { quoteName, quoteText } from '../../db/adopt/quote.ts';
import { isOneTable, type Words, wordsOf } from '../../db/adopt/words.ts';
import { UserError } from '../../db/cli/errors.ts';
import { benchBody } from '../database/reservation.ts';
import type { NamedStatement, Value as Parameter } from '../scenarios/prepared.ts';

/** A column of somebody's table, as the catalog has it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly mustHaveValue: boolean;
  readonly hasDefault: boolean;
}

/** The columns of the two tables. */
export interface Columns {
  readonly messages: readonly Column[];
  readonly reports: readonly Column[];
}

/** How messages are sent and reports stored in somebody's tables. */
export interface MappedStatements {
  /** One message. $1: its sender, $2: its number. */
  readonly insertMessage: NamedStatement;
  /** Many in one statement. $1: senders, $2: numbers, as arrays. */
  readonly insertMessages: NamedStatement;
  /** One report. */
  readonly report: NamedStatement;
  readonly reportValues: (reference: string, code: string) => readonly Parameter[];
}

/** A column and the SQL of what is put into it. */
type Filled = readonly (readonly [column: string, sql: string])[];

/**
 * The statements that a mapping's tables take.
 *
 * @throws UserError, one line, for columns that must have a value and get none
 */
export function statementsOf(mapping: Mapping, columns: Columns): MappedStatements {
  const { messages } = mapping;
  const words = wordsOf(mapping);
  const filled = filledInMessages(mapping, columns.messages);
  const drawn = [messages.sender.column, messages.number.column];
  requireValues(words.messages, 'messages', columns.messages, [
    ...drawn,
    ...filled.map(([column]) => column),
  ]);
  const names = [...drawn, ...filled.map(([column]) => column)].map(quoteName).join(', ');
  const fixed = filled.map(([, sql]) => `, ${sql}`).join('');
  const into = `insert into ${words.messages} (${names})`;
  const arrays = drawn
    .map((column, index) => `$${index + 1}::${typeOf(columns.messages, column)}[]`)
    .join(', ');
  const insert = `${into}\nvalues ($1, $2${fixed})`;
  return {
    insertMessage: { name: 'insert_message', text: insert },
    insertMessages: {
      name: 'insert_messages',
      text: `${into}\nselect drawn.sender, drawn.number${fixed}\nfrom unnest(${arrays}) as drawn (sender, number)`,
    },
    ...(isOneTable(mapping)
      ? reportByUpdate(mapping, words)
      : reportByInsert(mapping, words, columns.reports)),
  };
}

function filledInMessages({ messages, reports }: Mapping, columns: readonly Column[]): Filled {
  const { id, body, sentAt, others = {} } = messages;
  return [
    ...madeUp(columns, id.column),
    ...(reports.refersTo === undefined ? [] : madeUp(columns, reports.refersTo.column)),
    ...(body === undefined ? [] : [[body, quoteText(benchBody)] as const]),
    ...now(columns, sentAt),
    ...constants(others),
  ];
}

/** A report that is a row of its own. */
function reportByInsert(
  mapping: Mapping,
  words: Words,
  columns: readonly Column[],
): Pick<MappedStatements, 'report' | 'reportValues'> {
  const { id, message, code, status, receivedAt, others = {} } = mapping.reports;
  const values: readonly Value[] = [message, code, ...(status === undefined ? [] : [status])];
  const given = [...new Set(values.map(({ column }) => column))];
  const filled = [...madeUp(columns, id), ...now(columns, receivedAt), ...constants(others)];
  const names = [...given, ...filled.map(([column]) => column)];
  requireValues(words.reports, 'reports', columns, names);
  const sql = [...given.map((_, index) => `$${index + 1}`), ...filled.map(([, text]) => text)];
  return {
    report: {
      name: 'insert_report',
      text: `insert into ${words.reports} (${names.map(quoteName).join(', ')})\nvalues (${sql.join(', ')})`,
    },
    reportValues: (reference, said) => {
      const texts = [reference, said, ...(status === undefined ? [] : [status.is])];
      return given.map((column) =>
        valueIn(
          values.flatMap((value, index) =>
            value.column === column ? [[value, texts[index] ?? '']] : [],
          ),
        ),
      );
    },
  };
}

/** A report that is written into the row of its message. */
function reportByUpdate(
  { messages, reports }: Mapping,
  words: Words,
): Pick<MappedStatements, 'report' | 'reportValues'> {
  const { code, status } = reports;
  if (code.path !== undefined || status?.path !== undefined) {
    throw new UserError(
      `${words.messages} holds its own reports inside JSON: the bench cannot write one there`,
    );
  }
  const set = [
    `${quoteName(code.column)} = $2`,
    ...(status === undefined ? [] : [`${quoteName(status.column)} = ${quoteText(status.is)}`]),
  ];
  const reference = quoteName((reports.refersTo ?? messages.id).column);
  return {
    report: {
      name: 'update_report',
      text: `update ${words.reports}\nset ${set.join(', ')}\nwhere ${reference} = $1`,
    },
    reportValues: (message, said) => [message, said],
  };
}

/** What is put into one column: a text, or JSON with texts at their places. */
function valueIn(parts: readonly (readonly [Value, string])[]): string {
  const json: Record<string, unknown> = {};
  for (const [{ path }, text] of parts) {
    if (path === undefined) return text;
    let inner = json;
    for (const name of path.slice(0, -1)) {
      inner[name] ??= {};
      inner = inner[name] as Record<string, unknown>;
    }
    inner[path.at(-1) ?? ''] = text;
  }
  return JSON.stringify(json);
}

/** A column that tells rows apart, where the table itself fills in none. */
function madeUp(columns: readonly Column[], name: string): Filled {
  const column = columns.find((one) => one.name === name);
  if (column === undefined || column.hasDefault) return [];
  if (column.type === 'uuid') return [[name, 'gen_random_uuid()']];
  if (!['text', 'character varying'].includes(column.type)) return [];
  return [[name, "replace(gen_random_uuid()::text, '-', '')"]];
}

function now(columns: readonly Column[], name: string | undefined): Filled {
  const column = columns.find((one) => one.name === name);
  return column === undefined || column.hasDefault ? [] : [[column.name, 'now()']];
}

function constants(others: Readonly<Record<string, string>>): Filled {
  return Object.entries(others).map(([column, value]) => [column, quoteText(value)]);
}

function requireValues(
  table: string,
  use: 'messages' | 'reports',
  columns: readonly Column[],
  given: readonly string[],
): void {
  const unknown = given.filter((name) => !columns.some((column) => column.name === name));
  if (unknown.length > 0) {
    throw new UserError(`${table} has no column ${unknown.join(', ')}, which the mapping names`);
  }
  const empty = columns.filter(
    ({ name, mustHaveValue, hasDefault }) => mustHaveValue && !hasDefault && !given.includes(name),
  );
  if (empty.length === 0) return;
  const names = empty.map(({ name }) => name).join(', ');
  throw new UserError(
    `${table} must have a value in ${names}, which the mapping does not name: give one in ${use}.others, such as { "${empty[0]?.name}": "…" }`,
  );
}

function typeOf(columns: readonly Column[], name: string): string {
  const column = columns.find((one) => one.name === name);
  if (column === undefined) throw new Error(`no column ${name}`);
  return column.type;
}
