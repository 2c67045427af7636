import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { codeOf } from '../../db/cli/errors.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { makeSavepoint, prepared, rolledBack } from './prepared.ts';

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

  it('without a name is parsed each time, and what comes first holds for its transaction alone', async () => {
    await client.query('set synchronous_commit = on');
    const commits = async (): Promise<unknown> =>
      (await client.query('show synchronous_commit')).rows[0]?.synchronous_commit;
    const execute = prepared(client, {
      name: '',
      text: "insert into made values ($1, current_setting('synchronous_commit') || $2)",
      first: "select set_config('synchronous_commit', 'off', true)",
    });
    for (const number of [60, 61]) {
      await execute([number, ' there']);
      assert.equal(await commits(), 'on');
    }
    await assert.rejects(execute([60, 'twice']), (error) => codeOf(error) === '23505');
    const { rows } = await client.query('select said from made where number >= 60');
    assert.deepEqual(rows, [{ said: 'off there' }, { said: 'off there' }]);
    const names = await client.query('select name from pg_prepared_statements order by 1');
    assert.deepEqual(names.rows, [{ name: 'insert_made' }]);
  });

  it('rejects with the server’s error, after which the session goes on', async () => {
    const execute = prepared(client, insert);
    await execute([30, 'once']);
    await assert.rejects(execute([30, 'twice']), (error) => codeOf(error) === '23505');
    await execute([31, 'after']);
    const { rows } = await client.query('select said from made where number in (30, 31)');
    assert.deepEqual(rows, [{ said: 'once' }, { said: 'after' }]);
  });

  it('is rolled back in its round trip, to the transaction or to a savepoint of one that is open', async () => {
    const kept = async (): Promise<unknown> =>
      (await client.query('select count(*)::integer as rows from made')).rows[0]?.rows;
    const before = await kept();
    const own = rolledBack(client, insert, 'transaction');
    for (let times = 0; times < 3; times++) await own([40, 'never']);
    assert.equal(await kept(), before);

    await client.query(`begin; insert into made values (50, 'seen by itself'); ${makeSavepoint}`);
    const inside = rolledBack(client, insert, 'savepoint');
    for (let times = 0; times < 3; times++) await inside([51, 'never']);
    assert.equal(await kept(), Number(before) + 1);
    await client.query('rollback');
    assert.equal(await kept(), before);

    await assert.rejects(own([30, 'twice']), (error) => codeOf(error) === '23505');
    await client.query('rollback');
    await own([40, 'never']);
    assert.equal(await kept(), before);
  });

  it('is undone by an error that follows it, as often as one likes, whether it passes or fails', async () => {
    const kept = async (): Promise<unknown> =>
      (await client.query('select array_agg(number order by number) as numbers from made')).rows;
    const before = await kept();
    const undone = rolledBack(client, insert, 'round trip');
    for (const [number, code] of [
      [10, '23505'],
      [900, '22012'],
      [10, '23505'],
      [900, '22012'],
    ] as const) {
      await assert.rejects(undone([number, 'never']), (error) => codeOf(error) === code);
    }
    assert.deepEqual(await kept(), before);
  });
});
