import type { Mapping } from './mapping.ts';
import { quoteName, quoteText } from './quote.ts';
import { catalogType, namesOf, type Words, wordsOf } from './words.ts';

type Rule = readonly [pattern: RegExp, replace: (...found: string[]) => string];

/** An equality operator as the lab's functions have it. */
const equals = String.raw`(=|operator\(pg_catalog\.=\))`;
const unequal = String.raw`(<>|operator\(pg_catalog\.<>\))`;

/**
 * A function of the lab's schema in the words of a mapping: the lab's tables and columns become theirs.
 * The words of the lab's own tables give the same text back.
 *
 * @throws Error (a bug) where the text names a column that no rule knows: it would name a stranger's.
 */
export function translate(sql: string, mapping: Mapping): string {
  const translated = rulesOf(mapping, wordsOf(mapping)).reduce(
    (text, [found, replace]) =>
      text.replace(found, (...match) => [...replace(...match)].join(done)),
    sql,
  );
  return translated.replaceAll(done, '');
}

/** Between the characters of what a rule wrote, until the end: no other rule finds anything in it. */
const done = '\u0001';

function rulesOf(mapping: Mapping, words: Words): readonly Rule[] {
  const { messages, reports } = mapping;
  const names = namesOf(mapping);
  const sameName = messages.table === reports.table;
  const counts = (row: string, operator: string, space: string): string =>
    [words.hasStatus?.(row, operator), words.hasCode(row, operator)]
      .filter((condition) => condition !== undefined)
      .join(`${space}and `);
  return [
    ...(reports.unknownMessage === 'store' ? [storeUnknown] : []),
    // which message a report names
    [
      pattern(String.raw`\b(\w+)\.id ${equals} (\w+)\.message_id\b`),
      (_, m = '', operator = '', r = '') => `${words.reference(m)} ${operator} ${words.message(r)}`,
    ],
    [
      pattern(String.raw`\b(\w+)\.message_id ${equals} (\w+)\.id\b`),
      (_, r = '', operator = '', m = '') => `${words.message(r)} ${operator} ${words.reference(m)}`,
    ],
    // whether a report counts
    [
      pattern(String.raw`\b(\w+)\.event_type ${equals} 'failed'(\s+)and \1\.error_code \2 21610`),
      (_, row = '', operator = '', space = '') => counts(row, operator, space),
    ],
    [
      pattern(String.raw`\b(\w+)\.error_code ${equals} 21610`),
      (_, row = '', operator = '') => words.hasCode(row, operator),
    ],
    ...(words.lacksStatus === undefined ? [leaveStatusOut] : []),
    [
      pattern(String.raw`\b(\w+)\.event_type ${unequal} 'failed'`),
      (_, row = '', operator = '') =>
        words.lacksStatus?.(row, operator.replace('<>', '=')) ?? 'false',
    ],
    // columns
    [
      /(?<=as phone,\s+)m\.profile_id(?=,)/g,
      (word) => (words.sender('m') === word ? word : `${words.sender('m')} as profile_id`),
    ],
    [/\b(\w+)\.to_number\b/g, (_, row = '') => words.number(row)],
    [/\b(m|new|old)\.profile_id\b/g, (_, row = '') => words.sender(row)],
    // a trigger's old row is a report's wherever its id is asked for, its new row a message's
    [/\b(m|new)\.id\b/g, (_, row = '') => words.id(row)],
    [/\b(r|old)\.id\b/g, (_, row = '') => words.reportId(row)],
    [/\b(new|old)\.message_id\b/g, (_, row = '') => words.message(row)],
    [
      /\b(?:m|r|new|old)\.\w+/g,
      (word) => {
        throw new Error(`no rule translates ${word}`);
      },
    ],
    rule(/\boutbound_messages_refuse_blocked_insert\b/g, quoteName(names.refuseInsert)),
    // tables: a trigger of a partition has the partition's name
    ...(reports.partitions !== undefined || sameName
      ? [
          rule(/tg_table_name = 'delivery_reports'/g, `tg_name <> ${quoteText(names.recordMove)}`),
          rule(
            /tg_table_name operator\(pg_catalog\.=\) 'delivery_reports'/g,
            `tg_name operator(pg_catalog.<>) ${quoteText(names.recordMove)}`,
          ),
        ]
      : []),
    rule(/'public\.delivery_reports'/g, quoteText(words.reports)),
    rule(/\bpublic\.outbound_messages\b/g, words.messages),
    rule(/\bpublic\.delivery_reports\b/g, words.reports),
    [
      /schema = 'public',(\s+)table = 'outbound_messages',\s+column = 'to_number'/g,
      (_, space = '') =>
        errorFields(space, messages.schema, messages.table, messages.number.column),
    ],
    [
      /schema = 'public',(\s+)table = 'delivery_reports',\s+column = 'message_id'/g,
      (_, space = '') => errorFields(space, reports.schema, reports.table, reports.message.column),
    ],
    rule(/\boutbound_messages\b/g, messages.table),
    rule(/\bdelivery_reports\b/g, reports.table),
    rule(/(?<=- )to_number(?= is too long)/g, messages.number.column),
    rule(/\bpublic\.(?=\w)/g, `${words.schema}.`),
    // types and codes
    rule(/\bpg_catalog\.uuid\b/g, catalogType(words.senderType)),
    rule(/\bid uuid\b/g, `id ${words.idType}`),
    rule(/(?<=refuse_message\(text, )uuid/g, words.idType),
    rule(/\buuid\b/g, words.senderType),
    rule(/\b21610\b/g, words.codes),
  ];
}

const rule = (found: RegExp, replacement: string): Rule => [found, () => replacement];
const pattern = (source: string): RegExp => new RegExp(source, 'g');

function errorFields(space: string, schema: string, table: string, column: string): string {
  return `schema = ${quoteText(schema)},${space}table = ${quoteText(table)},${space}column = ${quoteText(column)}`;
}

/** Without a status there is nothing to ask it. */
const leaveStatusOut = rule(
  /^ *if new\.event_type (?:<>|operator\(pg_catalog\.<>\)) 'failed' then\n.*\n *end if;\n/gm,
  '',
);

/** A report whose message is not there stays, and counts for nobody. */
const storeUnknown: Rule = [
  /^( *)if (not found|profile is null) then\n(?: *if found then\n.*\n *end if;\n)? *raise exception 'a 21610 needs its message[\s\S]*?end if;\n/gm,
  (_, space = '', condition = '') =>
    `${space}if ${condition} then\n${space}  return null;\n${space}end if;\n`,
];
