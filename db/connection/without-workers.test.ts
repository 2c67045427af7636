import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { resourceThatLacks } from '../cli/resources.ts';
import { createTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { withoutWorkersIfShort } from './without-workers.ts';

describe('a server that has too little shared memory for parallel workers', () => {
  let database: TestDatabase;
  let client: pg.Client;
  before(async () => {
    database = await createTestDatabase();
    client = await database.connect();
    // says what a server says in a container with 64 MB of /dev/shm, while workers are allowed
    await client.query(`
      create function sum_with_workers(state text) returns integer language plpgsql as $$
      begin
        if current_setting('max_parallel_workers_per_gather') <> '0' then
          raise exception 'could not resize shared memory segment "/PostgreSQL.3180716354" to 67108864 bytes: No space left on device'
            using errcode = state;
        end if;
        return 42;
      end $$`);
  });
  after(async () => {
    await client.end();
    await database.drop();
  });

  const sum = async (state: string): Promise<number> =>
    (await client.query('select sum_with_workers($1) as sum', [state])).rows[0].sum;

  for (const state of ['53100', '53200']) {
    it(`does the work again without them, and says so (${state})`, async () => {
      await client.query('set max_parallel_workers_per_gather = 2');
      const said: string[] = [];
      const found = await withoutWorkersIfShort(
        client,
        () => sum(state),
        (line) => void said.push(line),
      );
      assert.equal(found, 42);
      assert.match(said.join('\n'), /^[^\n]*shared memory[^\n]*--shm-size[^\n]*$/);
    });
  }

  it('is not asked again for another error, such as a full disk', async () => {
    let asked = 0;
    const full = async (): Promise<unknown> => {
      asked++;
      return client.query(
        `do 'begin raise exception ''could not extend file "base/5/16384": No space left on device''
           using errcode = ''53100''; end'`,
      );
    };
    await assert.rejects(withoutWorkersIfShort(client, full), { code: '53100' });
    assert.equal(asked, 1);
  });

  it('is told of in one line by a command that has no other way', async () => {
    await client.query('set max_parallel_workers_per_gather = 2');
    const error: unknown = await sum('53100').catch((caught: unknown) => caught);
    assert.match(resourceThatLacks(error) ?? '', /^[^\n]*shared memory[^\n]*--shm-size[^\n]*$/);
  });
});
