import { adoptableDesigns, designOfMapping, namesOfDesigns } from './designs.ts';
import type { IdColumn, Mapping, Value } from './mapping.ts';
import { derivedName, quoteName, quoteText } from './quote.ts';
import { render, template, type Values } from './render.ts';
import { schemaFunctions, schemaVersion } from './source.ts';
import { switchTo } from './switch.ts';
import { translate } from './translate.ts';
import { namesOf, qualifiedName, wordsOf } from './words.ts';

/*
 * What the templates of a mapping are filled with.
 */

/** For everything that is read of the catalog. */
export function catalogValues(mapping: Mapping): Values {
  const { messages, reports, sendingRole } = mapping;
  const words = wordsOf(mapping);
  const { index, ...triggers } = namesOf(mapping);
  const { name: design, title, check, level } = designOfMapping(mapping);
  return {
    'schema name': mapping.schema,
    adoption: `${words.messages} and ${words.reports}, into ${words.schema}`,
    tables: JSON.stringify([
      { use: 'messages', relation: words.messages },
      { use: 'reports', relation: words.reports, partitions: reports.partitions },
    ]),
    columns: JSON.stringify([
      {
        use: 'messages',
        name: messages.id.column,
        types: typesOf(messages.id),
        is_looked_up: true,
      },
      { use: 'messages', name: messages.number.column, types: typesOf(messages.number) },
      { use: 'messages', name: messages.sender.column, types: typesOf(messages.sender) },
      ...(reports.refersTo === undefined
        ? []
        : [
            {
              use: 'messages',
              name: reports.refersTo.column,
              types: typesOf(reports.refersTo),
              is_looked_up: true,
            },
          ]),
      { use: 'reports', name: reports.id },
      {
        use: 'reports',
        name: reports.message.column,
        types: typesHolding(reports.message, alike(reports.refersTo ?? messages.id)),
      },
      {
        use: 'reports',
        name: reports.code.column,
        types: typesHolding(
          reports.code,
          typeof reports.codes[0] === 'number' ? wholeNumbers : texts,
        ),
      },
      ...(reports.status === undefined
        ? []
        : [
            {
              use: 'reports',
              name: reports.status.column,
              types: typesHolding(reports.status, texts),
            },
          ]),
    ]),
    roles: JSON.stringify(sendingRole === undefined ? [] : [{ name: sendingRole }]),
    'function names': `{${[
      ...schemaFunctions().map(({ name }) => name),
      ...namesOfDesigns(adoptableDesigns()).functions,
    ].join(',')}}`,
    'trigger names': `{${Object.values(triggers)
      .map((name) => `"${name}"`)
      .join(',')}}`,
    'refuse insert name': triggers.refuseInsert,
    design,
    'design title': title,
    check,
    level,
    // bits of pg_trigger.tgtype: insert 4, update 16
    'events checked before': level === 'statement' ? '16' : '20',
    'statement trigger of partitions': `${words.messages} is partitioned: by design ${design} a message would pass that is inserted straight into a partition`,
  };
}

const texts = ['text', 'character varying', 'enum'];
const wholeNumbers = ['integer', 'bigint', 'smallint'];

/** A column's types by the catalog's names. */
function typesOf({ type }: Pick<IdColumn, 'type'>): readonly string[] {
  return [type === 'varchar' ? 'character varying' : type];
}

/** The types whose values can be compared with a column's. */
function alike({ type }: IdColumn): readonly string[] {
  if (type === 'uuid') return ['uuid'];
  return type === 'bigint' || type === 'integer' ? wholeNumbers : texts.slice(0, 2);
}

function typesHolding({ path }: Value, types: readonly string[]): readonly string[] {
  return path === undefined ? types : ['jsonb', 'json'];
}

/** For the rows of the two tables, in statements that are not functions. */
function rowValues(mapping: Mapping): Values {
  const words = wordsOf(mapping);
  const counts = [words.hasStatus?.('r', '='), words.hasCode('r', '=')];
  return {
    'r.id': words.reportId('r'),
    'r.message': words.message('r'),
    'r.code': words.code('r'),
    'r.has code': words.hasCode('r', '='),
    'r.counts': counts.filter(Boolean).join(' and '),
    'm.number': words.number('m'),
    'm.sender': words.sender('m'),
    'm.reference': words.reference('m'),
    message: words.message(),
    'has code': words.hasCode(undefined, '='),
    'new has code': words.hasCode('new', '='),
  };
}

/** For the triggers: their names, and when they fire. */
function triggerValues(mapping: Mapping): Values {
  const { messages, reports } = mapping;
  const { status } = reports;
  const names = namesOf(mapping);
  const failed = status === undefined ? '' : `${status.is} `;
  const codes = reports.codes.join(' or ');
  const reportColumns = [reports.message, ...(status === undefined ? [] : [status]), reports.code];
  return {
    'refuse insert': quoteName(names.refuseInsert),
    'refuse update': quoteName(names.refuseUpdate),
    'record move': quoteName(names.recordMove),
    'record insert': quoteName(names.recordInsert),
    'record update': quoteName(names.recordUpdate),
    'refuse insert name': names.refuseInsert,
    'refuse update name': names.refuseUpdate,
    'record move name': names.recordMove,
    'record insert name': names.recordInsert,
    'record update name': names.recordUpdate,
    'record insert comment': `Only a ${failed}report with ${codes} counts; all others cost one comparison.`,
    'record update comment': `A report first stored without its code counts when it becomes a ${failed}${codes}.`,
    'report columns': [...new Set(reportColumns.map(({ column }) => quoteName(column)))].join(', '),
    'number column': quoteName(messages.number.column),
    'number changed': changed([messages.number.column]),
    'message moved': `new.${quoteName(messages.sender.column)} is not null and ${changed([
      messages.number.column,
      messages.sender.column,
      ...(reports.refersTo === undefined ? [] : [reports.refersTo.column]),
    ])}`,
  };
}

/** A condition on a row that was updated. */
function changed(columns: readonly string[]): string {
  const of = (row: string): string => {
    const list = columns.map((column) => `${row}.${quoteName(column)}`).join(', ');
    return columns.length === 1 ? list : `(${list})`;
  };
  return `${of('new')} is distinct from ${of('old')}`;
}

/** It holds the threshold, which an operator may have changed: made once, and never made again. */
export const thresholdFunction = 'opt_out_block_threshold';

/** The functions of the schema, and what takes them away. */
function functionValues(mapping: Mapping): Values {
  const schema = quoteName(mapping.schema);
  const functions = schemaFunctions().map(({ name, statements }) => ({
    name,
    statements: statements.map((statement) => translate(statement, mapping)),
  }));
  const [create = '', ...more] =
    functions.find(({ name }) => name === thresholdFunction)?.statements ?? [];
  const body = /(?<=^create )or replace ([\s\S]*return )3;$/;
  if (!body.test(create)) throw new Error(`no threshold is returned by: ${create}`);
  return {
    'threshold function': create.replace(body, (_, head) => `${head}${mapping.threshold};`),
    'threshold comment': more.join('\n'),
    functions: functions
      .filter(({ name }) => name !== thresholdFunction)
      .map(({ statements }) => statements.join('\n'))
      .join('\n\n'),
    'drop functions': dropFunctions(schema, [
      ...namesOfDesigns(adoptableDesigns()).functions,
      ...functions.map(({ name }) => name).reverse(),
    ]),
  };
}

function dropFunctions(schema: string, names: readonly string[]): string {
  return names.map((name) => `drop function if exists ${schema}.${name};`).join('\n');
}

/** The index of the opt-outs by message: of the table, or of each partition and then of the parent. */
function indexesOf({ reports }: Mapping, values: Values): string {
  const on = (schema: string, table: string): Values => {
    const name = derivedName(table, 'opted_out_message_idx');
    const broken = derivedName(table, 'opted_out_message_broken_idx');
    return {
      ...values,
      'indexed table': qualifiedName(schema, table),
      index: qualifiedName(schema, name),
      'index name': quoteName(name),
      'broken index': qualifiedName(schema, broken),
      'broken index name': quoteName(broken),
    };
  };
  const build = (place: Values): string =>
    render(template('index'), {
      ...place,
      'build index': render(template('index_of_reports'), place),
    });
  const whole = on(reports.schema, reports.table);
  if (reports.partitions === undefined) return build(whole);
  const parts = reports.partitions.map((partition) => {
    const [schema = '', table = ''] = partition.split('.');
    return { ...on(schema, table), 'parent index': whole['index'] ?? '' };
  });
  return [
    ...parts.map(build),
    render(template('index_of_parent'), whole),
    ...parts.map((part) => render(template('attach_index'), part)),
  ].join('\n\n');
}

function rightsOf({ sendingRole }: Mapping, values: Values): string {
  if (sendingRole === undefined) return '-- No role that sends was named.';
  return render(template('rights'), {
    ...values,
    'sending role': quoteName(sendingRole),
    'name of the sending role': quoteText(sendingRole),
  });
}

/** For every file. */
export function valuesOf(mapping: Mapping): Values {
  const words = wordsOf(mapping);
  const index = derivedName(mapping.reports.table, 'opted_out_message_idx');
  const base: Values = {
    ...catalogValues(mapping),
    ...rowValues(mapping),
    ...triggerValues(mapping),
    schema: words.schema,
    messages: words.messages,
    reports: words.reports,
    codes: words.codes,
    'reports with codes':
      mapping.reports.codes.length === 1 ? `${words.codes}s` : `reports with ${words.codes}`,
    version: schemaVersion(),
    'reference type': words.referenceType,
    'sender type': words.senderType === 'text' ? 'text collate "C"' : words.senderType,
    index: qualifiedName(mapping.reports.schema, index),
  };
  return {
    ...base,
    ...functionValues(mapping),
    settings: template('settings'),
    'require a wish to roll back': template('require_wish'),
    'triggers that record': render(template('triggers_that_record'), base),
    'opt ins': render(template('opt_ins'), base),
    'comment on ordinals': render(template('comment_on_ordinals'), base),
    'trigger that takes': render(template('trigger_that_takes'), base),
    notes: render(template('notes'), base),
    'backfill procedures': render(template('backfill_procedures'), base),
    obstacles: `(\n${render(template('obstacles'), base)}\n)`,
    rights: rightsOf(mapping, base),
    indexes: indexesOf(mapping, base),
    switch: switchTo(mapping, base, template('require_backfill')),
  };
}
