import type { Mapping } from '../../../db/adopt/mapping.ts';
import { quoteName } from '../../../db/adopt/quote.ts';
import { render, type Values } from '../../../db/adopt/render.ts';
import { isOneTable, wordsOf } from '../../../db/adopt/words.ts';
import { readSql } from '../../../db/sql.ts';

/** The query that counts, for the tables of a mapping: two parameters, as sql/tally.sql says. */
export function tallyQuery(mapping: Mapping): string {
  const template = readSql(new URL('./sql/tally.sql', import.meta.url));
  return render(template, valuesOf(mapping));
}

function valuesOf(mapping: Mapping): Values {
  const words = wordsOf(mapping);
  const { messages, reports } = mapping;
  const oneTable = isOneTable(mapping);
  const r = oneTable ? 'm' : 'r';
  const counts = [words.hasStatus?.(r, '='), words.hasCode(r, '=')].filter(Boolean).join(' and ');
  return {
    messages: words.messages,
    'm.number': words.number('m'),
    'm.sender': words.sender('m'),
    'm.id': words.id('m'),
    'm.sent':
      messages.sentAt === undefined ? timeInUuid(words.id('m')) : msOf('m', messages.sentAt),
    'm.bytes':
      messages.body === undefined ? 'null::bigint' : `octet_length(m.${quoteName(messages.body)})`,
    'r.message': oneTable ? words.id('m') : words.message('r'),
    'r.counts': counts,
    'r.code': codeText(mapping, r),
    // a message without an error in its own row may have no report yet
    'r.no error': oneTable ? 'null' : "'delivered'",
    'r.received':
      reports.receivedAt === undefined
        ? oneTable
          ? 'null::bigint'
          : timeInUuid(words.reportId('r'))
        : msOf(r, reports.receivedAt),
    'join reports': oneTable
      ? ''
      : `left join ${words.reports} as r on ${words.message('r')} = ${words.reference('m')}`,
  };
}

/** What the carrier said, as text. */
function codeText({ reports }: Mapping, row: string): string {
  const { column, path } = reports.code;
  const plain = `${row}.${quoteName(column)}`;
  if (path === undefined) return `${plain}::text`;
  return `(${plain} #>> '{${path.map((name) => `"${name}"`).join(',')}}')`;
}

/** Milliseconds since 1970 of a column with a time. */
function msOf(row: string, column: string): string {
  return `floor(extract(epoch from ${row}.${quoteName(column)}) * 1000)::bigint`;
}

/**
 * The same of an id, where that is a version 7 uuid (RFC 9562, section 5.7: its first 48 bits). What is no uuid by
 * type may still be one as text: a pattern says so, which takes as long as all the rest.
 */
function timeInUuid(id: string): string {
  const digits = `left(${id}::text, 8) || substr(${id}::text, 10, 4)`;
  const isUuid = `pg_typeof(${id}) = 'uuid'::regtype or ${id}::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-7'`;
  return (
    `case when ${id}::text like '________-____-7%' and (${isUuid}) ` +
    `then ('x' || ${digits})::bit(48)::bigint end`
  );
}
