import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../db/testing/test-database.ts';
import { hashText, nodeOf } from './node-of-number.ts';

describe('the node of a number', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    client = await database.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('follows from the hash that PostgreSQL gives it', async () => {
    const texts = ['', 'a', '+12025550123', '+1 202 555 0123', 'é'.repeat(40), 'x'.repeat(1_024)];
    const { rows } = await client.query<{ hash: number }>(
      'select hashtext(t collate "C") as hash from unnest($1::text[]) with ordinality as u (t, n) order by n',
      [texts],
    );
    assert.deepEqual(
      texts.map(hashText),
      rows.map(({ hash }) => hash),
    );
  });

  it('is that of the last shard which begins at or below it', () => {
    const shards = [
      { from: -(2 ** 31), node: 0 },
      { from: -5, node: 1 },
      { from: hashText('+12025550123'), node: 2 },
    ].sort((a, b) => a.from - b.from);
    assert.equal(nodeOf({ shards }, '+12025550123'), 2);
    const before = shards.map((shard) =>
      shard.node === 2 ? { ...shard, from: shard.from + 1 } : shard,
    );
    assert.notEqual(nodeOf({ shards: before }, '+12025550123'), 2);
  });
});
