import { strict as assert } from 'node:assert';
import { before, describe, it } from 'node:test';
import { loadModule } from 'libpg-query';
import { unqualifiedNames } from './unqualified-names.ts';

before(() => loadModule());

const inBody = (declared: string, body: string): readonly string[] =>
  unqualifiedNames(
    `create function public.f() returns trigger language plpgsql as $f$
     declare ${declared} begin ${body} return new; end $f$`,
  );

describe('the names that a search_path can change', () => {
  it('are none where every one has its schema', () => {
    const body = `
      perform from public.b as b where b.x operator(pg_catalog.=) any (array(select n.x from new_messages as n));
      if found or pg_catalog.length(new.x::pg_catalog.text) is null then null; end if;`;
    assert.deepEqual(inBody('number bigint := public.f(new.x);', body), []);
    const assigned = 'number := public.f(new.x) operator(pg_catalog.+) 1;';
    assert.deepEqual(inBody('number bigint;', assigned), []);
  });

  it('are found in a function of SQL as well', () => {
    const inSql = (body: string): readonly string[] =>
      unqualifiedNames(
        `create function public.f(x text) returns bigint\n language sql\n as $f$ ${body} $f$`,
      );
    assert.deepEqual(
      inSql('select pg_catalog.count(*) from public.b as b where b.x operator(pg_catalog.=) f.x'),
      [],
    );
    assert.notDeepEqual(inSql('select pg_catalog.count(*) from b'), []);
    assert.notDeepEqual(inSql('select count(*) from public.b as b'), []);
    assert.notDeepEqual(inSql('select 1 from public.b as b where b.x = f.x'), []);
  });

  for (const [what, declared, body] of [
    ['a table', '', 'perform from b;'],
    ['a function', '', 'perform f(1);'],
    ['an operator', '', 'if new.x = 1 then null; end if;'],
    ['an operator of IN', '', 'if new.x in (1, 2) then null; end if;'],
    ['an operator of ANY', '', 'perform where 1 = any (array[1]);'],
    ['an operator of a subquery', '', 'perform where 1 = any (select 1);'],
    ['a cast', '', 'perform new.x::text;'],
    ['a collation', '', 'perform new.x collate "C";'],
    ['the type of a variable', 'x uuid;', ''],
    ['a function in a declaration', 'x integer := f(1);', ''],
    ['a function in an assignment', 'x integer;', 'x := f(1);'],
    ['an operator in an assignment', 'x integer;', 'x = 1 + 1;'],
    ['a name in the query of a loop', 'x record;', 'for x in select from b loop null; end loop;'],
    ['the collation of a variable', 'x pg_catalog.text collate "C";', ''],
  ] as const) {
    it(`are found: ${what}`, () => assert.equal(inBody(declared, body).length > 0, true));
  }
});
