import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { skipPgbouncer, startPgbouncer } from '../testing/pgbouncer.ts';
import { runCommandFile } from '../testing/run-command-file.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';

describe('a pooler between the lab and the server', { skip: skipPgbouncer }, () => {
  let database: TestDatabase;
  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());

  /** What a command (`db:up` unless named) says through a pgbouncer of that mode. */
  async function through(
    poolMode: 'session' | 'transaction' | 'statement',
    poolSize = 5,
    commandFile = 'db/commands/db-up.ts',
  ): Promise<string> {
    const pgbouncer = await startPgbouncer(database.url, poolMode, poolSize);
    try {
      const { exitCode, stderr } = await runCommandFile(commandFile, [], {
        env: { DATABASE_URL: pgbouncer.url },
      });
      return `${exitCode} ${stderr}`;
    } finally {
      await pgbouncer.stop();
    }
  }

  it('is refused where it shares sessions between transactions', async () => {
    assert.match(
      await through('transaction'),
      /^2 error: a pooler gives [^\n]* \(5432, as a rule\)[^\n]* --pooler HOST:PORT of npm run bench [^\n]*\n$/,
    );
  });

  it('is refused by the tests and by the isolation histories, too', async () => {
    for (const commandFile of ['bench/commands/test.ts', 'db/commands/isolation.ts']) {
      assert.match(
        await through('transaction', 5, commandFile),
        /^2 error: a pooler gives [^\n]*\n$/,
      );
    }
  });

  it('is refused where it has one connection for all', async () => {
    assert.match(await through('transaction', 1), /^2 error: the server lets a second [^\n]*\n$/);
  });

  it('is refused where it knows no transactions', async () => {
    assert.match(await through('statement'), /^2 error: the server does not let [^\n]*\n$/);
  });

  it('is none where it gives every session a process of its own', async () => {
    assert.equal(await through('session'), '0 ');
  });
});
