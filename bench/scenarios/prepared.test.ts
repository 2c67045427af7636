import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../../db/cli/errors.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { prepared } from './prepared.ts';

describe('a prepared statement that is timed', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
    await client.query('create temp table made (number integer primary key, said text)');
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  const insert = { name: 'insert_made', text: 'insert into made values ($1, $2)' };

  it('is executed each time, and parsed once a session, whoever prepares it again', async () => {
    for (const [number, said] of [
      [1, 'one'],
      [2, null],
    ] as const) {
      const execute = prepared(client, insert);
      await execute([number * 10, said]);
      await execute([number * 10 + 1, `é ${number}`]);
    }
    const made = await client.query('select number, said from made order by number');
    assert.deepEqual(
      made.rows.map(({ number, said }) => [number, said]),
      [
        [10, 'one'],
        [11, 'é 1'],
        [20, null],
        [21, 'é 2'],
      ],
    );
    const parsed = await client.query('select name from pg_prepared_statements');
    assert.deepEqual(parsed.rows, [{ name: 'insert_made' }]);
  });

  it('rejects with the server’s error, after which the session goes on', async () => {
    const execute = prepared(client, insert);
    await execute([30, 'once']);
    await assert.rejects(execute([30, 'twice']), (error) => codeOf(error) === '23505');
    await execute([31, 'after']);
    const { rows } = await client.query('select said from made where number in (30, 31)');
    assert.deepEqual(rows, [{ said: 'once' }, { said: 'after' }]);
  });
});
