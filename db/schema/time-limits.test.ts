import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { expectAccepted, expectRefused } from '../conformance/expect.ts';
import { runBehaviour } from '../conformance/run-behaviours.ts';
import { applyDesign, currentDesign, defaultDesignName, designNamed } from '../designs.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { MigrationError } from './dbmate.ts';

let database: TestDatabase;
const byDefault = designNamed(defaultDesignName);

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

it('a design whose building takes too long is given up, and the default design stays', async () => {
  const client = await database.connect();
  const other = await database.connect();
  try {
    await other.query('begin');
    await other.query('lock table blocked_contacts in access exclusive mode');
    await assert.rejects(
      applyDesign(database.url, client, designNamed('blocked_hash'), 50),
      (error: unknown) => error instanceof MigrationError && /timeout/.test(error.message),
    );
    assert.equal((await currentDesign(client)).name, defaultDesignName);
  } finally {
    await other.end();
    await client.end();
  }
});

it('a check of which a statement takes too long says nothing, neither passed nor failed', async () => {
  for (const expect of [expectAccepted, expectRefused]) {
    const slow = {
      name: 'slow',
      run: async (fixture: Parameters<Parameters<typeof runBehaviour>[2]['run']>[0]) => {
        const app = await fixture.session();
        await expect('a statement', app.query('select pg_sleep(3600)'));
      },
    };
    const result = await runBehaviour(database.url, byDefault, slow, { statementTimeoutMs: 20 });
    assert.equal(result.outcome, 'not run');
  }
});
