import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createTestDatabase, testServerVariable } from './test-database.ts';
import { beginTestRun, newScratchName } from './test-run.ts';

it('removes the databases and roles of runs that are over, and never those of one that lives', async () => {
  const server = process.env[testServerVariable];
  assert.ok(server !== undefined);
  const database = await createTestDatabase({ migrated: false });
  const client = await database.connect();
  const exists = async (name: string): Promise<unknown> =>
    (
      await client.query(
        `select (select count(*)::integer from pg_database where datname = $1) as databases,
                (select count(*)::integer from pg_roles where rolname = $1) as roles`,
        [name],
      )
    ).rows[0];
  const [living, dead] = [await beginTestRun(server), await beginTestRun(server)];
  const [kept, gone] = [newScratchName(living.run), newScratchName(dead.run)];
  try {
    for (const name of [kept, gone]) {
      await client.query(`create database ${name} template template0`);
      await client.query(`create role ${name}`);
    }
    await (await beginTestRun(server)).close();
    assert.deepEqual(await exists(gone), { databases: 1, roles: 1 }, 'it still lives');
    await dead.close();
    // the server notices a closed session in its own time
    do await (await beginTestRun(server)).close();
    while (JSON.stringify(await exists(gone)) !== '{"databases":0,"roles":0}');
    assert.deepEqual(await exists(kept), { databases: 1, roles: 1 });
  } finally {
    await client.query(`drop database if exists ${kept}`);
    await client.query(`drop role if exists ${kept}`);
    await living.close();
    await client.end();
    await database.drop();
  }
});
