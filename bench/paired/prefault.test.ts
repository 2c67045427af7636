import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { UserError } from '../../db/cli/errors.ts';
import { connect } from '../../db/connection/connect.ts';
import { applyDesign, designNamed } from '../../db/designs.ts';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { createTestRole, type TestRole } from '../../db/testing/test-role.ts';
import { citus, oneServer } from '../../db/topologies/topology.ts';
import { readOptions } from '../run/options.ts';
import { prefaultLookup, withPrefault } from './prefault.ts';

const options = readOptions({});

describe('what sessions have read before they are timed', () => {
  let database: TestDatabase;
  let admin: pg.Client;
  let role: TestRole;
  before(async () => {
    database = await createTestDatabase();
    admin = await database.connect();
    role = await createTestRole(database, admin);
    await admin.query('create schema if not exists optout_lab');
    await admin.query(
      'insert into blocked_contacts (phone) select 1202555 || lpad(i::text, 6, $1) from generate_series(1, 2000) as i',
      ['0'],
    );
  });
  after(async () => {
    await role.drop();
    await admin.end();
    await database.drop();
  });
  const lab = (url = database.url, topology = oneServer) => ({
    topology,
    connect: () => connect(url),
  });

  it('is nothing where that is asked for, through a pooler, on a cluster, and for a role that may not', async () => {
    const pooled = readOptions({ pooler: { host: 'localhost', port: 6432 } });
    assert.equal(await withPrefault(options, false, lab()), options);
    for (const [run, at, told] of [
      [pooled, lab(), /^--prefault is not for a pooler/],
      [options, lab(database.url, citus), /^--prefault is for one server/],
      [options, lab(role.url), /^--prefault wants pgstattuple/],
    ] as const) {
      assert.equal(await withPrefault(run, undefined, at), run);
      await assert.rejects(
        withPrefault(run, true, at),
        (error) => error instanceof UserError && told.test(error.message),
      );
    }
  });

  it('are the lookup’s indexes, large ones only where that is asked for', async (t) => {
    const { method } = await withPrefault(options, undefined, lab());
    if (method.prefault === undefined) return t.skip('this role may not read pages');
    const { rows: memory } = await admin.query<{ status: string | null }>(
      "select current_setting('huge_pages_status', true) as status",
    );
    const megabytes = memory[0]?.status === 'on' ? 512 : 32;
    assert.equal(method.prefaultUpToBytes, megabytes * 1024 ** 2);
    const { method: any } = await withPrefault(options, true, lab());
    assert.deepEqual([any.prefault, any.prefaultUpToBytes], [method.prefault, undefined]);
    for (const [name, index] of [
      ['blocked_contacts', 'blocked_contacts_pkey'],
      ['blocked_hash', 'blocked_contacts_phone_excl'],
    ] as const) {
      const design = designNamed(name);
      await applyDesign(database.url, admin, design);
      const hits = async (): Promise<number> => {
        await admin.query('select pg_stat_force_next_flush()');
        const { rows } = await admin.query<{ hits: string }>(
          `select idx_blks_hit + idx_blks_read as hits from pg_statio_user_indexes
           where indexrelname = $1`,
          [index],
        );
        return Number(rows[0]?.hits);
      };
      const read = await prefaultLookup(admin, design, any);
      const earlier = await hits();
      await (read ?? assert.fail())(admin);
      const pages = await admin.query<{ pages: number }>(
        'select pg_relation_size($1::regclass) / 8192 as pages',
        [index],
      );
      assert.ok((await hits()) - earlier >= Number(pages.rows[0]?.pages), name);
      assert.ok((await prefaultLookup(admin, design, method)) !== undefined);
      const small = { ...method, prefaultUpToBytes: 1 };
      assert.equal(await prefaultLookup(admin, design, small), undefined);
    }
    assert.equal(
      await prefaultLookup(admin, designNamed('blocked_hash'), options.method),
      undefined,
    );
  });
});
