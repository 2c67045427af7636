import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../../db/testing/test-database.ts';
import { hashBytesExtended } from './hash-bytes.ts';

describe('hashBytesExtended', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  it('gives what the server gives for texts of every length, and for every seed', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 50 }).filter((it) => !it.includes('\0'));
    const seed = fc.oneof(fc.constant(0n), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    const samples = fc.sample(fc.tuple(text, seed), 2_000);
    const { rows } = await client.query<{ hash: string }>(
      `select hashtextextended(t.text, t.seed)::text as hash
       from unnest($1::text[], $2::bigint[]) with ordinality as t(text, seed, position)
       order by t.position`,
      [samples.map(([value]) => value), samples.map(([, value]) => String(value))],
    );
    assert.deepEqual(
      samples.map(([value, start]) => String(hashBytesExtended(Buffer.from(value), start))),
      rows.map((row) => row.hash),
    );
  });

  it('gives what the server gives for uuids', async () => {
    const uuid = 'ffffffff-0000-7abc-8123-0123456789ab';
    const { rows } = await client.query<{ hash: string }>(
      'select uuid_hash_extended($1::uuid, -42)::text as hash',
      [uuid],
    );
    const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
    assert.equal(String(hashBytesExtended(bytes, -42n)), rows[0]?.hash);
  });
});
