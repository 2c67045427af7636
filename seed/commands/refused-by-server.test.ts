import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { runCommandFile } from '../../db/testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { createTestRole, type TestRole } from '../../db/testing/test-role.ts';

/* What others have set up on a server is no bug of the lab's: one line, and exit code 2. */
describe('a seed that the server refuses something', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let role: TestRole;
  before(async () => {
    database = await createTestDatabase();
    owner = await database.connect();
    role = await createTestRole(database, owner);
  });
  after(async () => {
    await role.drop();
    await owner.end();
    await database.drop();
  });

  async function refused(url: string, says: RegExp): Promise<void> {
    const { exitCode, stderr } = await runCommandFile(
      'seed/commands/seed.ts',
      ['--scale', '1000'],
      {
        env: { DATABASE_URL: url },
      },
    );
    assert.match(stderr, says);
    assert.equal(exitCode, 2);
  }

  it('says which right its role lacks', async () => {
    await owner.query(
      `grant all on database ${database.name} to ${role.name};
       grant all on schema public, optout_lab to ${role.name};
       grant all on all tables in schema public, optout_lab to ${role.name}`,
    );
    await refused(
      role.url,
      /^error: the server refused the lab’s role something \([^\n]+\): grant it[^\n]*\n$/,
    );
  });
});
