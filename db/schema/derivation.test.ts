import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { expectRefused } from '../conformance/expect.ts';
import { type Fixture, openFixture } from '../conformance/fixture.ts';
import { onlyRow } from '../connection/only-row.ts';
import { defaultDesignName, designNamed } from '../designs.ts';
import { readSql } from '../sql.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { migrateDownTo, migrateUp } from './migrate.ts';
import { migrationText } from './migration-texts.ts';

const { up, down } = migrationText('20250101000006');
const catalogSql = readSql(new URL('../catalog.test.sql', import.meta.url));

describe('blocked contacts that are derived', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let fixture: Fixture;
  before(async () => {
    database = await createTestDatabase();
    owner = await database.connect();
    fixture = await openFixture(database.url, designNamed(defaultDesignName));
  });
  after(async () => {
    await fixture.close();
    await owner.end();
    await database.drop();
  });

  it('are counted, those that were missing and those that were unfounded, and told by number', async () => {
    const [missing, unfounded, kept] = [fixture.phone(), fixture.phone(), fixture.phone()];
    await fixture.block(owner, missing);
    await fixture.block(owner, kept);
    const spoil = async (): Promise<void> => {
      await owner.query('delete from blocked_contacts where phone = $1', [missing]);
      await owner.query('insert into blocked_contacts values ($1)', [unfounded]);
    };
    const derive = async (): Promise<unknown> =>
      onlyRow(
        await owner.query(
          'select blocked::integer, unblocked::integer from derive_blocked_contacts()',
        ),
      );
    await spoil();
    assert.deepEqual(await derive(), { blocked: 1, unblocked: 1 });
    assert.deepEqual(await derive(), { blocked: 0, unblocked: 0 });
    await spoil();
    const { rows } = await owner.query(
      'select difference, phone from rederive_opt_outs() order by difference',
    );
    assert.deepEqual(rows, [
      { difference: 'block was missing', phone: missing },
      { difference: 'block was unfounded', phone: unfounded },
    ]);
    assert.deepEqual(await derive(), { blocked: 0, unblocked: 0 });
    await expectRefused('blocked all the time', fixture.send(owner, kept, null));
  });

  it('are locked by the derivation itself, and above READ COMMITTED it does not begin', async () => {
    await owner.query('begin');
    await owner.query('select derive_blocked_contacts()');
    const { rows } = await owner.query(
      `select relation::regclass::text as relation from pg_locks
       where pid = pg_backend_pid() and mode = 'ShareRowExclusiveLock' order by 1`,
    );
    await owner.query('rollback');
    assert.deepEqual(rows, [{ relation: 'blocked_contacts' }, { relation: 'opt_outs' }]);
    await owner.query('begin isolation level repeatable read');
    await assert.rejects(owner.query('select derive_blocked_contacts()'), { code: '25000' });
    await owner.query('rollback');
  });

  it('stay as they are when the migration goes down and up again: the same catalog, no difference', async () => {
    assert.ok(up.length > 0 && down.length > 0);
    const catalog = async (): Promise<unknown> => (await owner.query(catalogSql)).rows;
    const differences = async (): Promise<unknown> =>
      (await owner.query('select * from rederive_opt_outs()')).rows;
    const phone = fixture.phone();
    await fixture.block(owner, phone);
    await migrateDownTo(database.url, owner, '20250101000006');
    const at6 = await catalog();
    await owner.query(down);
    const at5 = await catalog();
    assert.notDeepEqual(at5, at6);
    assert.deepEqual(await differences(), []);
    await owner.query('delete from blocked_contacts where phone = $1', [phone]);
    assert.deepEqual(await differences(), [
      { difference: 'block was missing', phone, profile_id: null },
    ]);
    await owner.query(up);
    assert.deepEqual(await catalog(), at6);
    assert.deepEqual(await differences(), []);
    await expectRefused('after the migration', fixture.send(owner, phone, null));
    await owner.query(down);
    assert.deepEqual(await catalog(), at5);
    await owner.query(up);
    await migrateUp(database.url);
  });
});
