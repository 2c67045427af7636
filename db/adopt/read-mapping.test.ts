import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { UserError } from '../cli/errors.ts';
import { exampleNames, examplePath, exampleText } from './examples.ts';
import { readMapping } from './read-mapping.ts';

describe('reading a mapping', () => {
  const folder = mkdtempSync(join(tmpdir(), 'optout-lab-mapping-'));
  after(() => rmSync(folder, { recursive: true }));

  it('gives what the file says', () => {
    for (const name of exampleNames) {
      assert.deepEqual(readMapping(examplePath(name)), JSON.parse(exampleText(name)));
    }
  });

  const lab = JSON.parse(exampleText('lab'));
  const wrong: readonly (readonly [string, object | string, RegExp])[] = [
    ['is no JSON', 'schema: public', /cannot read the mapping .*JSON/],
    ['lacks a member', { ...lab, messages: undefined }, /the file: "messages" is missing/],
    ['has a member that is none', { ...lab, tables: [] }, /the file: "tables" is not known/],
    [
      'has a type that cannot hold a phone number',
      { ...lab, messages: { ...lab.messages, number: { column: 'n', type: 'integer' } } },
      /messages\.number\.type: not one of text, varchar, bigint/,
    ],
    ['has no threshold', { ...lab, threshold: 0 }, /threshold: not a whole number from 1/],
    [
      'has a name with a quote in it',
      { ...lab, messages: { ...lab.messages, table: `x"; drop table y; --` } },
      /messages\.table: empty, or with quotes/,
    ],
    [
      'has a name that is too long',
      { ...lab, reports: { ...lab.reports, table: 'é'.repeat(32) } },
      /reports\.table: longer than 63 bytes/,
    ],
    [
      'gives a value to a column that it names already',
      { ...lab, reports: { ...lab.reports, others: { error_code: '1' } } },
      /reports\.others\.error_code: the mapping names this column already/,
    ],
    [
      'gives a value to a column with a quote in its name',
      { ...lab, messages: { ...lab.messages, others: { 'a"b': '1' } } },
      /messages\.others\.a"b: empty, or with quotes/,
    ],
    ['has no codes', { ...lab, reports: { ...lab.reports, codes: [] } }, /reports\.codes: empty/],
    [
      'has codes of two kinds',
      { ...lab, reports: { ...lab.reports, codes: [21610, '4775'] } },
      /reports\.codes: numbers and texts/,
    ],
    [
      'has a code that is no whole number',
      { ...lab, reports: { ...lab.reports, codes: [1, 2.5] } },
      /reports\.codes\[1\]: not a whole number/,
    ],
    [
      'has a code with a quote in it',
      { ...lab, reports: { ...lab.reports, codes: ["it's"] } },
      /reports\.codes\[0\]: empty, or with quotes/,
    ],
    [
      'has numbers for what is read out of JSON',
      { ...lab, reports: { ...lab.reports, code: { column: 'body', path: ['code'] } } },
      /reports\.codes: what is read out of JSON is text/,
    ],
    [
      'has an empty path',
      { ...lab, reports: { ...lab.reports, code: { column: 'body', path: [] }, codes: ['1'] } },
      /reports\.code\.path: empty/,
    ],
    [
      'has a partition without its schema',
      { ...lab, reports: { ...lab.reports, partitions: ['reports_2026'] } },
      /reports\.partitions\[0\]: not schema\.table/,
    ],
    [
      'takes a schema that is taken',
      { ...lab, schema: 'pg_catalog' },
      /schema: "pg_catalog" is taken/,
    ],
    [
      'has a status with a quote in it',
      { ...lab, reports: { ...lab.reports, status: { column: 's', is: "o'clock" } } },
      /reports\.status\.is: empty, or with quotes/,
    ],
  ];
  for (const [what, mapping, says] of wrong) {
    it(`a mapping that ${what} is refused, and told where`, () => {
      const file = join(folder, 'mapping.json');
      writeFileSync(file, typeof mapping === 'string' ? mapping : JSON.stringify(mapping));
      assert.throws(
        () => readMapping(file),
        (error) =>
          error instanceof UserError && says.test(error.message) && !/\n/.test(error.message),
      );
    });
  }
});
