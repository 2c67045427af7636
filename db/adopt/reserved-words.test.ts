import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { quoteName } from './quote.ts';

let database: TestDatabase;
let client: pg.Client;
before(async () => {
  database = await createTestDatabase({ migrated: false });
  client = await database.connect();
});
after(async () => {
  await client.end();
  await database.drop();
});

it('a table or a column may have any word of the server for a name, as it is quoted', async () => {
  const { rows } = await client.query<{ word: string }>('select word from pg_get_keywords()');
  assert.ok(rows.length > 400);
  for (const { word } of rows) {
    const name = quoteName(word);
    await client.query(
      `create temporary table ${name} (${name} integer);
       create index on ${name} (${name}); drop table ${name}`,
    );
  }
  const unquoted = rows.filter(({ word }) => quoteName(word) === word).length;
  assert.ok(unquoted > 300, 'most need no quotes');
});
