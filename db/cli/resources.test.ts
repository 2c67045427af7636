import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { refusalOfServer } from './resources.ts';

describe('what the server did not let the lab do', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  const told = (statement: string): Promise<string | undefined> =>
    client.query(statement).then(
      () => assert.fail('it was let'),
      (error: unknown) => refusalOfServer(error),
    );

  for (const [what, statement, says] of [
    ['a right', `do 'begin raise insufficient_privilege; end'`, /^the server refused .*: grant it/],
    ['a statement that is cancelled', 'select pg_cancel_backend(pg_backend_pid())', /cancelled .*/],
    ['a held lock', `do 'begin raise lock_not_available; end'`, /^somebody holds a lock/],
    ['a deadlock', `do 'begin raise deadlock_detected; end'`, /^others use the same rows/],
    ['a trigger', `do 'begin raise ''not by you''; end'`, /not the lab’s .*\(not by you\)/],
  ] as const) {
    it(`is one line that says what to do: ${what}`, async () => {
      const line = await told(statement);
      assert.match(line ?? '', says);
      assert.match(line ?? '', /^[^\n]+: [^\n]+$/);
    });
  }

  it('is none for a table that is not there: that is a bug, or a schema that was changed', async () => {
    assert.equal(await told('table nowhere'), undefined);
  });
});
