import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { UserError } from '../cli/errors.ts';
import { connect } from '../connection/connect.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { databaseName, dropDatabase, inDatabase, ownDatabases } from './databases.ts';

const refused =
  (says: RegExp) =>
  (error: unknown): boolean =>
    error instanceof UserError && says.test(error.message) && !error.message.includes('\n');

describe('another database of the server', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let name: string;
  const names = async (): Promise<readonly string[]> =>
    (await ownDatabases(client)).map((own) => own.name);
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    client = await database.connect();
    name = `${database.name}_b`;
  });
  after(async () => {
    await client.query(`drop database if exists ${name} with (force)`);
    await client.end();
    await database.drop();
  });

  it('is made where it is not there, and is the same one afterwards', async () => {
    await assert.rejects(
      inDatabase(database, name, { create: false }),
      refused(/there is no database/),
    );
    assert.ok(!(await names()).includes(name));
    for (const create of [true, true, false]) {
      const { url } = await inDatabase(database, name, { create });
      const other = await connect(url);
      try {
        const { rows } = await other.query('select current_database() as name');
        assert.deepEqual(
          rows.map((row) => row['name']),
          [name],
        );
      } finally {
        await other.end();
      }
    }
    const own = (await ownDatabases(client)).find((one) => one.name === name);
    assert.ok((own?.bytes ?? 0) > 1e6);
  });

  it('is dropped only where the lab made it and nobody uses it', async () => {
    await assert.rejects(dropDatabase(client, database.name), refused(/is left alone/));
    await assert.rejects(dropDatabase(client, 'postgres'), refused(/is left alone/));
    const { url } = await inDatabase(database, name, { create: true });
    const user = await connect(url);
    try {
      await assert.rejects(dropDatabase(client, name), refused(/somebody is connected/));
    } finally {
      await user.end();
    }
    await dropDatabase(client, name);
    assert.ok(!(await names()).includes(name));
  });

  it('has a name that needs no quotes', () => {
    for (const bad of ['', 'A', '1a', 'a-b', 'a"b', 'é', 'postgres', 'template0', 'pg_x']) {
      assert.throws(() => databaseName(bad), /not a name/);
    }
    assert.throws(() => databaseName('a'.repeat(64)), /not a name/);
    assert.equal(databaseName('ours_10m'), 'ours_10m');
  });
});
