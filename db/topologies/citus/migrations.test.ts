import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { UserError } from '../../cli/errors.ts';
import { connect } from '../../connection/connect.ts';
import { applyDesign, currentDesign, designNamed, listDesigns, whyNotHere } from '../../designs.ts';
import { migrateDown, migrateUp } from '../../schema/migrate.ts';
import { readSql } from '../../sql.ts';
import {
  type CitusDatabase,
  createCitusDatabase,
  skipCitus,
} from '../../testing/citus-database.ts';
import { citus, oneServer, topologyOf } from '../topology.ts';
import { describeCluster, readCluster } from './cluster.ts';

const catalogSql = readSql(new URL('./catalog.test.sql', import.meta.url));

describe('a database on Citus', { skip: skipCitus() }, () => {
  let database: CitusDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createCitusDatabase({ migrated: false });
    client = await database.connect();
  });
  after(async () => {
    await client?.end();
    await database?.drop();
  });

  /** What every node has in schema public. */
  const catalogs = async (): Promise<readonly unknown[]> => {
    const found: unknown[] = [];
    for (const url of [database.url, ...database.workers]) {
      const node = await connect(url);
      try {
        found.push((await node.query(catalogSql)).rows);
      } finally {
        await node.end();
      }
    }
    return found;
  };

  it('is recognised, with its nodes', async () => {
    assert.equal(await topologyOf(client), citus);
    const cluster = await readCluster(client);
    assert.equal(
      cluster.nodes.filter(({ isCoordinator }) => !isCoordinator).length,
      database.workers.length,
    );
    assert.match(
      describeCluster(cluster),
      /^Citus \S+ on PostgreSQL \S+.*: coordinator \S+:\d+, worker /,
    );
  });

  it('is not to be named by a worker', async () => {
    const [worker] = database.workers;
    assert.ok(worker !== undefined);
    const session = await connect(worker);
    try {
      await assert.rejects(
        readCluster(session),
        (error) => error instanceof UserError && /name its coordinator$/.test(error.message),
      );
    } finally {
      await session.end();
    }
  });

  it('has the same in every catalog after up, down and up, and nothing in between', async () => {
    const empty = await catalogs();
    await migrateUp(database.url);
    const made = await catalogs();
    assert.notDeepEqual(made, empty);
    await migrateDown(database.url, client);
    assert.deepEqual(await catalogs(), empty);
    await migrateUp(database.url);
    assert.deepEqual(await catalogs(), made);
  });

  it('has its designs laid over and taken away', async () => {
    const before = await catalogs();
    for (const design of listDesigns(citus.designs)) {
      await applyDesign(database.url, client, design);
      assert.equal((await currentDesign(client)).name, design.name);
      const inPlace = await catalogs();
      await client.query(design.checkOffSql);
      assert.notDeepEqual(await catalogs(), inPlace);
      await client.query(design.checkOnSql);
      assert.deepEqual(await catalogs(), inPlace);
    }
    await applyDesign(database.url, client, designNamed('blocked_contacts'));
    assert.deepEqual(await catalogs(), before);
  });

  it('lacks the other designs, and says why', async () => {
    const others = listDesigns().filter(
      ({ name }) => !['blocked_contacts', 'statement_trigger'].includes(name),
    );
    for (const design of others) {
      assert.match((await whyNotHere(client, design)) ?? '', /^on Citus .* name the shard beside$/);
      await assert.rejects(
        applyDesign(database.url, client, design),
        (error) =>
          error instanceof UserError &&
          error.message.startsWith(`${design.name} is not available here: `),
      );
    }
    assert.equal((await currentDesign(client)).name, 'blocked_contacts');
  });

  it('that holds the schema of one server keeps it', async () => {
    const { url, drop, connect: connectTo } = await createCitusDatabase({ migrated: false });
    try {
      const session = await connectTo();
      try {
        await session.query('create table public.outbound_messages (id uuid primary key)');
        assert.equal(await topologyOf(session), oneServer);
      } finally {
        await session.end();
      }
      assert.ok(url);
    } finally {
      await drop();
    }
  });
});
