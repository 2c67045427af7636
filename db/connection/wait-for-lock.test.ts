import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import { applyDesign, currentDesign, defaultDesignName, designNamed } from '../designs.ts';
import { appliedMigrations, migrateDown } from '../schema/migrate.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { connect } from './connect.ts';
import { LockHeldError, type Patience, waitForLock } from './wait-for-lock.ts';

const brief: Patience = { tryMs: 400, pauseMs: 100, tries: 8 };
const unending: Patience = { ...brief, tries: Number.POSITIVE_INFINITY };

describe('a lock that another session holds', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let holder: pg.Client;
  let said: string[];
  const say = (line: string): void => void said.push(line);
  const addColumn = (): Promise<unknown> =>
    client.query('alter table outbound_messages add column note text');
  const notes = async (): Promise<number> =>
    (await client.query(`select from pg_attribute where attname = 'note'`)).rowCount ?? -1;
  const send = (session: pg.Client): Promise<unknown> =>
    session.query(`insert into outbound_messages (to_number, body) values ('+12025550100', 'x')`);

  before(async () => {
    database = await createTestDatabase();
    const owner = await database.connect();
    await owner.query(`alter database ${database.name} set lock_timeout = '2ms'`); // not to be fallen back to
    await owner.end();
    client = await database.connect();
    holder = await connect(database.url, 'somebody');
  });
  beforeEach(async () => {
    said = [];
    await holder.query('begin');
    await send(holder);
  });
  after(async () => {
    await client.end();
    await holder.end();
    await database.drop();
  });

  it('is given up after some tries, in words that name its holder, and nothing was done', async () => {
    await assert.rejects(
      waitForLock(database.url, client, addColumn, { patience: brief, say }),
      (error: unknown) => {
        assert.ok(error instanceof LockHeldError);
        assert.match(
          error.message,
          /^gave up after 8 tries .* process \d+ \("somebody", role \w+, idle in transaction since 2[^"]*, last: insert into outbound_messages/,
        );
        return true;
      },
    );
    assert.equal(said.length, 1); // the same holder is not told again
    await holder.query('rollback');
    assert.equal(await notes(), 0);
    const { rows } = await client.query('show lock_timeout');
    assert.deepEqual(rows, [{ lock_timeout: '0' }]);
  });

  it('is waited for while others send past the wait, and had when its holder lets go', async () => {
    const application = await database.connect();
    await application.query(`set lock_timeout = '30s'`); // or a send that queues would wait for the holder
    const changed = waitForLock(database.url, client, addColumn, { patience: unending, say });
    while (said.length === 0) await send(application);
    for (let sent = 0; sent < 3; sent++) await send(application);
    const { rows } = await application.query(
      `select state from pg_stat_activity where application_name = 'somebody' and datname = current_database()`,
    );
    assert.deepEqual(rows, [{ state: 'idle in transaction' }]);
    await holder.query('rollback');
    await changed;
    assert.equal(await notes(), 1);
    await client.query('alter table outbound_messages drop column note');
    await application.end();
  });

  it('is told of by its gid where a prepared transaction holds it', async (test) => {
    const { rows } = await client.query('show max_prepared_transactions');
    if (rows[0].max_prepared_transactions === '0') {
      await holder.query('rollback');
      test.skip('the server has max_prepared_transactions = 0');
      return;
    }
    const gid = `it's ${database.name}`;
    await holder.query(`prepare transaction ${client.escapeLiteral(gid)}`);
    try {
      await assert.rejects(
        waitForLock(database.url, client, addColumn, { patience: brief, say }),
        (error: unknown) =>
          error instanceof LockHeldError &&
          error.message.includes(`transaction '${gid}' (of role `),
      );
    } finally {
      await client.query(`rollback prepared ${client.escapeLiteral(gid)}`);
    }
  });

  it('keeps a design from being applied: the one that was there stays', async () => {
    await assert.rejects(
      applyDesign(database.url, client, designNamed('when_clause'), 0, brief),
      /^UserError: gave up .*"somebody"/,
    );
    await holder.query('rollback');
    assert.equal((await currentDesign(client)).name, defaultDesignName);
  });

  it('keeps the schema from being taken back, and then all of it is still there', async () => {
    const before = await appliedMigrations(client);
    await assert.rejects(
      migrateDown(database.url, client, brief),
      /^UserError: gave up .*"somebody"/,
    );
    assert.equal(await appliedMigrations(client), before);
    await holder.query('rollback');
  });
});
