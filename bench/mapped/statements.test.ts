import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { examplePath } from '../../db/adopt/examples.ts';
import type { Mapping } from '../../db/adopt/mapping.ts';
import { readMapping } from '../../db/adopt/read-mapping.ts';
import { UserError } from '../../db/cli/errors.ts';
import { type Column, statementsOf } from './statements.ts';

const example = (name: string): Mapping => readMapping(examplePath(name));
const column = (name: string, type: string, more: Partial<Column> = {}): Column => ({
  name,
  type,
  mustHaveValue: true,
  hasDefault: false,
  ...more,
});
const byDefault = { hasDefault: true } as const;

describe('the statements of somebody’s tables', () => {
  const webhook = {
    messages: [
      column('id', 'uuid', byDefault),
      column('sid', 'text', { mustHaveValue: false }),
      column('from', 'text'),
      column('toNumber', 'character varying'),
    ],
    reports: [column('id', 'bigint', byDefault), column('payload', 'jsonb')],
  };

  it('put what a report says into its place inside JSON', () => {
    const { report, reportValues } = statementsOf(example('webhook'), webhook);
    assert.equal(report.text, 'insert into hooks.status_callbacks (payload)\nvalues ($1)');
    assert.deepEqual(
      reportValues('SM1', '21610').map((value) => JSON.parse(String(value))),
      [{ MessageSid: 'SM1', ErrorCode: '21610', MessageStatus: 'failed' }],
    );
  });

  it('make an id where the table has no default for one, as reports name messages by it', () => {
    const { insertMessage } = statementsOf(example('webhook'), webhook);
    assert.match(insertMessage.text, /^insert into public\."Message" \("from", "toNumber", sid\)/);
    assert.match(insertMessage.text, /gen_random_uuid\(\)/);
  });

  it('take the values that the mapping gives, quoted', () => {
    const mapping = example('webhook');
    const others = { region: "it's" };
    const given = { ...mapping, messages: { ...mapping.messages, others } };
    const more = { ...webhook, messages: [...webhook.messages, column('region', 'text')] };
    assert.match(statementsOf(given, more).insertMessage.text, /, 'it''s'\)$/);
    assert.throws(
      () => statementsOf(mapping, more),
      (error) =>
        error instanceof UserError &&
        /a value in region, .*messages\.others/.test(error.message) &&
        !error.message.includes('\n'),
    );
  });

  it('are refused where a column is named that is not there', () => {
    const without = { ...webhook, messages: webhook.messages.slice(0, -1) };
    assert.throws(
      () => statementsOf(example('webhook'), without),
      /public\."Message" has no column toNumber/,
    );
  });

  it('write a report into its message where both are one row, but not into JSON there', () => {
    const mapping = example('one-table');
    const texts = [
      column('id', 'uuid', byDefault),
      column('campaign', 'text'),
      column('recipient', 'text'),
      column('error_code', 'smallint', { mustHaveValue: false }),
    ];
    const columns = { messages: texts, reports: texts };
    const { report, reportValues } = statementsOf(mapping, columns);
    assert.equal(report.text, 'update public.texts\nset error_code = $2\nwhere id = $1');
    assert.deepEqual(reportValues('x', '30007'), ['x', '30007']);
    const code = { column: 'said', path: ['code'] };
    assert.throws(
      () => statementsOf({ ...mapping, reports: { ...mapping.reports, code } }, columns),
      /inside JSON/,
    );
  });
});
