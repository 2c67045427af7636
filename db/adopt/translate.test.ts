import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { examplePath } from './examples.ts';
import { readMapping } from './read-mapping.ts';
import { schemaFunctions } from './source.ts';
import { splitStatements } from './split-statements.ts';
import { translate } from './translate.ts';

const lab = readMapping(examplePath('lab'));
const statements = schemaFunctions().flatMap((one) => one.statements);

describe('translating a function', () => {
  it('into the lab’s own words changes nothing', () => {
    assert.ok(statements.length > 20);
    for (const statement of statements) assert.equal(translate(statement, lab), statement);
  });

  it('leaves none of the lab’s columns and tables, nor its schema', () => {
    const mapping = readMapping(examplePath('partitioned'));
    for (const statement of statements) {
      const translated = translate(statement, mapping);
      assert.doesNotMatch(
        translated,
        /outbound_messages|delivery_reports|(m|new|old)\.to_number|event_type|public\./,
      );
    }
  });

  it('does not take their names for the lab’s', () => {
    const theirs = {
      ...lab,
      schema: 'opt_out',
      messages: {
        ...lab.messages,
        table: 'messages',
        number: { column: 'profile_id', type: 'bigint' },
      },
      reports: { ...lab.reports, table: 'outbound_messages', codes: [21610, 63014] },
    } as const;
    assert.equal(
      translate(
        `select m.to_number from public.outbound_messages as m join public.delivery_reports as r
         on m.id = r.message_id join public.opt_outs where r.error_code = 21610`,
        theirs,
      ),
      `select (m.profile_id::pg_catalog.text) from public.messages as m join public.outbound_messages as r
         on m.id = r.message_id join opt_out.opt_outs where r.error_code = any ('{21610,63014}')`,
    );
  });

  it('keeps operators and types qualified where they are', () => {
    assert.equal(
      translate(
        `declare profile pg_catalog.uuid; begin if new.event_type operator(pg_catalog.<>) 'failed'
         and m.id operator(pg_catalog.=) new.message_id`,
        { ...lab, messages: { ...lab.messages, sender: { column: 'account', type: 'bigint' } } },
      ),
      `declare profile pg_catalog.int8; begin if new.event_type operator(pg_catalog.<>) 'failed'
         and m.id operator(pg_catalog.=) new.message_id`,
    );
  });

  it('fails for a column that no rule knows', () => {
    assert.throws(() => translate('select m.body from public.outbound_messages as m', lab), {
      message: 'no rule translates m.body',
    });
  });
});

describe('splitting SQL into statements', () => {
  it('ends none inside texts, names, comments and bodies', () => {
    const parts = [
      `select ';', "a;b", 'it''s; so';`,
      'do $x$ begin; $$;$$; end $x$;',
      '/* ; */ select 1;',
    ];
    assert.deepEqual(
      splitStatements(`-- first; really\n${parts.join('\n-- more;\n\n')}\n-- end`),
      parts,
    );
    assert.throws(() => splitStatements('select 1; select 2'), /has no end/);
  });
});
